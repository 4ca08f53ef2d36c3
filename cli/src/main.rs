//! The program `talkoot`. Everything is in the library, so that tests run the very same.

fn main() -> std::process::ExitCode {
    talkoot::main()
}

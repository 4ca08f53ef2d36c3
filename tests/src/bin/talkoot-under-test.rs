//! The program itself, built by this package so that its tests can start it as a process.

fn main() -> std::process::ExitCode {
    talkoot::main()
}

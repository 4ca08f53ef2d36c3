//! A choice on the forms of views: what stands first says what it means to choose nothing.

use maud::{Markup, html};

/// Returns a choice of one of a list. `none` is what choosing nothing is called; without it something is always chosen.
pub(super) fn select(
    name: &str,
    label: &str,
    none: Option<&str>,
    choices: &[(String, String)],
    chosen: &str,
) -> Markup {
    let id = format!("f-{name}");
    html! {
        div .field {
            label for=(id) { (label) }
            select id=(id) name=(name) {
                @if let Some(none) = none { option value="" { (none) } }
                @for (key, label) in choices { option value=(key) selected[key == chosen] { (label) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_marked_and_names_are_inert() {
        let choices = [("a".to_owned(), "<b>".to_owned()), ("c".to_owned(), "d".to_owned())];
        let text = select("rows", "Rows", Some("All"), &choices, "c").into_string();
        assert!(text.contains("&lt;b&gt;") && text.contains("value=\"c\" selected"), "{text}");
        assert_eq!(text.matches("<option").count(), 3);
    }
}

//! Addresses of the published reference: the one place that knows how they are formed.

/// The address of a reference page.
///
/// `page` is a file stem of the HALion Script book (`runAsync`), or has another book in front (`HALion-Macro-Page/Template-List`).
#[must_use]
pub fn page_url(page: &str) -> String {
    let (book, stem) = page.split_once('/').unwrap_or(("HALion-Script", page));
    format!("https://steinbergmedia.github.io/halion-script-api/{book}/pages/{stem}.html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_both_books_have_addresses() {
        assert_eq!(
            page_url("runAsync"),
            "https://steinbergmedia.github.io/halion-script-api/HALion-Script/pages/runAsync.html"
        );
        assert_eq!(
            page_url("HALion-Macro-Page/Template-List"),
            "https://steinbergmedia.github.io/halion-script-api/HALion-Macro-Page/pages/Template-List.html"
        );
    }
}

//! Mappings that can't be used, and files that don't fit them.

use super::*;

/// The smallest mapping there is, with `change` applied.
fn small(change: impl Fn(String) -> String) -> Result<Mapping, Unusable> {
    let text = r#"
        name = "small"
        version = 1
        format = "csv"
        key = ["id"]
        [dates]
        day = ["YYYY-MM-DD"]
        [vocabularies.kinds]
        a = "agency"
        [ids.organisation]
        class = "organisation"
        prefix = "s-"
        from = "{id}"
        [[statement]]
        role = "registered"
        kind = "organisation.registered"
        subject = "organisation"
        occurred = { from = ["day"] }
        [statement.data]
        name = "{name}"
        organisationKind = "{kind|kinds}"
    "#;
    Mapping::parse(&change(text.to_owned()))
}

#[test]
fn a_mapping_with_a_slip_is_refused_before_the_first_row() {
    assert!(small(|text| text).is_ok());
    for (from, to, words) in [
        ("version", "verzion", "not a mapping"),
        ("name = \"{name}\"", "name = \"{name\"", "not a mapping"),
        ("prefix", "prefixx", "not a mapping"),
        ("YYYY-MM-DD", "YY", "not a mapping"),
        ("\"small\"", "\"Small\"", "the name \"Small\" is not"),
        ("[\"id\"]", "[]", "key is empty"),
        ("[\"YYYY-MM-DD\"]", "[]", "column day: no shapes"),
        (
            "[\"YYYY-MM-DD\"]",
            "[\"MM/DD/YYYY\", \"DD/MM/YYYY\"]",
            "column day: no shapes",
        ),
        ("kind|kinds", "kind|sorts", "has no vocabulary \"sorts\""),
        (
            "subject = \"organisation\"",
            "subject = \"x\"",
            "has no id \"x\"",
        ),
        ("[\"day\"]", "[\"night\"]", "has no date \"night\""),
        (
            "name = \"{name}\"",
            "nickname = \"{name}\"",
            "has no field nickname",
        ),
        (
            "\"organisation.registered\"",
            "\"organisation.met\"",
            "statement registered",
        ),
        (
            "class = \"organisation\"",
            "class = \"product\"",
            "is about the class organisation",
        ),
        ("\"s-\"", "\"S_\"", "prefix \"S_\""),
    ] {
        let fault = small(|text| {
            assert!(text.contains(from));
            text.replacen(from, to, 1)
        })
        .unwrap_err();
        assert!(fault.to_string().contains(words), "{fault}");
    }
}

#[test]
fn a_file_with_another_header_is_refused_at_once() {
    let mapping = small(|text| text).unwrap();
    for (file, words) in [
        ("", "the file has no header"),
        ("id,name\n1,x\n", "the header lacks day, kind"),
        ("id,name,day,kind,id\n", "the header can't be read"),
        ("\"id,name,day,kind\n", "the header can't be read"),
    ] {
        let fault = mapping.read(file.as_bytes()).unwrap_err();
        assert_eq!(fault.to_string(), words);
    }
}

#[test]
fn columns_without_a_use_are_counted() {
    let mapping = small(|text| text).unwrap();
    let file = b"id,name,day,kind,more\n1,x,2020-01-01,a,\n2,y,2020-01-01,a,text\n";
    let (tally, _) = import(&mapping, file, &Arc::<Ledger>::default(), 1);
    let tally = tally.unwrap();
    assert_eq!(tally.rows.recorded, 2);
    assert_eq!(tally.notes.get("column more not taken over"), Some(&1));
}

#[test]
fn a_tally_reads_like_a_table() {
    let mapping = small(|text| text).unwrap();
    let file = b"id,name,day,kind\n1,x,2020-01-01,a\n2,y,2020-01-01,b\n";
    let (tally, _) = import(&mapping, file, &Arc::<Ledger>::default(), 1);
    let expected = "                  read  recorded  already there  rejected\n\
                    rows                 2         1              0         1\n\
                    statements           1         1              0         0\n\
                    rejected because:\n         1  value.unknown\n";
    assert_eq!(tally.unwrap().to_string(), expected);
}

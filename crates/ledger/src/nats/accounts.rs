//! The `accounts` block of the server's configuration; see [`super::users`] for why there are three accounts.

use super::names::{ACCOUNT_FEED, ACCOUNT_INTAKE, ACCOUNT_LEDGER, FEED_API_PREFIX, Names};
use super::users::{Permissions, User};

/// How long the writer may take to answer one request, seconds. Longer than any client waits.
const ANSWER_WITHIN_SECONDS: u32 = 120;

/// Writes the block, with its users. Names, keys and subjects were checked when they were made: nothing needs quoting.
pub(super) fn write(out: &mut String, names: &Names, users: &[User]) {
    let (intake, entries) = (names.intake_subjects(), names.entry_subjects());
    let of = |account: &str| users_of(account, names, users);
    out.push_str(&format!(
        r#"accounts {{
  {ACCOUNT_LEDGER} {{
    jetstream: enabled
    exports: [
      {{ service: "{intake}", accounts: [{ACCOUNT_INTAKE}] }}
      {{ service: "$SRV.>", response_type: stream, accounts: [{ACCOUNT_INTAKE}] }}
    ]
    imports: [
      {{ service: {{ account: {ACCOUNT_FEED}, subject: "{entries}" }} }}
      {{ service: {{ account: {ACCOUNT_FEED}, subject: "$JS.API.>" }}, to: "{FEED_API_PREFIX}.>" }}
    ]
{ledger_users}  }}
  {ACCOUNT_FEED} {{
    jetstream: enabled
    exports: [
      {{ service: "{entries}", accounts: [{ACCOUNT_LEDGER}] }}
      {{ service: "$JS.API.>", response_type: stream, accounts: [{ACCOUNT_LEDGER}] }}
    ]
{feed_users}  }}
  {ACCOUNT_INTAKE} {{
    imports: [
      {{ service: {{ account: {ACCOUNT_LEDGER}, subject: "{intake}" }} }}
      {{ service: {{ account: {ACCOUNT_LEDGER}, subject: "$SRV.>" }} }}
    ]
{intake_users}  }}
}}
"#,
        ledger_users = of(ACCOUNT_LEDGER),
        feed_users = of(ACCOUNT_FEED),
        intake_users = of(ACCOUNT_INTAKE),
    ));
}

/// The `users` list of one account.
fn users_of(account: &str, names: &Names, users: &[User]) -> String {
    let mut out = String::from("    users: [\n");
    for user in users.iter().filter(|user| user.role.account() == account) {
        let Permissions {
            publish,
            subscribe,
            answers_requests,
        } = user.permissions(names);
        let (name, key) = (user.name.as_str(), user.key.as_str());
        out.push_str(&format!(
            "      {{ # {name}\n        nkey: {key}\n        permissions: {{\n"
        ));
        write_list(&mut out, "publish", &publish);
        write_list(&mut out, "subscribe", &subscribe);
        if answers_requests {
            let answers = format!("{{ max: 1, expires: \"{ANSWER_WITHIN_SECONDS}s\" }}");
            out.push_str(&format!("          allow_responses: {answers}\n"));
        }
        out.push_str("        }\n      }\n");
    }
    out.push_str("    ]\n");
    out
}

/// One allow list.
fn write_list(out: &mut String, what: &str, subjects: &[String]) {
    out.push_str(&format!("          {what}: {{ allow: [\n"));
    for subject in subjects {
        out.push_str(&format!("            \"{subject}\"\n"));
    }
    out.push_str("          ] }\n");
}

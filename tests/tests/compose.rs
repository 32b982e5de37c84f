//! `compose.yaml`, the `Dockerfile` and the nodes' configurations, held against the Compose schema, against the programs'
//! own `--help`, and against each other. No container is run.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::process::Command;

use cinnabar_tests::{program, root};
use serde_json::{Map, Value};

/// Services that run once and end.
const ONE_SHOT: [&str; 1] = ["init"];

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn compose() -> Value {
    serde_saphyr::from_str(&read("compose.yaml")).expect("compose.yaml is YAML")
}

fn services(compose: &Value) -> &Map<String, Value> {
    compose["services"].as_object().unwrap()
}

/// The services that keep running, those of NATS (by name) left out or alone.
fn lasting(compose: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let all = services(compose).iter();
    all.filter(|(name, _)| !ONE_SHOT.contains(&name.as_str()))
        .map(|(name, service)| (name.as_str(), service))
}

fn words(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.map(|word| word.as_str().expect("a list of strings").to_owned())
        .collect()
}

/// The instructions of the Dockerfile, continued lines joined, comments left out.
fn dockerfile() -> Vec<(String, String)> {
    let text: String = read("Dockerfile")
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect();
    text.replace("\\\n", " ")
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, rest)| (name.to_owned(), rest.trim().to_owned()))
        .collect()
}

/// The arguments of the last instruction of this name.
fn instruction(name: &str) -> String {
    let all = dockerfile().into_iter();
    all.filter(|(found, _)| found == name)
        .map(|(_, rest)| rest)
        .next_back()
        .unwrap_or_else(|| panic!("no {name} in the Dockerfile"))
}

/// Replaces `${NAME:-value}` by the value, as Compose does when the variable is not set.
fn interpolated(text: &str) -> String {
    let mut out = text.to_owned();
    while let Some((before, rest)) = out.split_once("${") {
        let (variable, after) = rest.split_once('}').expect("a variable ends");
        let default = variable.split_once(":-").map_or("", |(_, value)| value);
        out = format!("{before}{default}{after}");
    }
    out
}

/// The file that a service's config or secret of this target or name comes from.
fn mounted_config(compose: &Value, service: &Value, target: &str) -> Option<String> {
    let configs = service["configs"].as_array()?;
    let config = configs.iter().find(|config| config["target"] == target)?;
    let source = config["source"].as_str()?;
    compose["configs"][source]["file"]
        .as_str()
        .map(str::to_owned)
}

/// The configuration of a node, and the service it belongs to.
fn nodes(compose: &Value) -> Vec<(&str, &Value, toml::Table)> {
    lasting(compose)
        .filter_map(|(name, service)| {
            let file = mounted_config(compose, service, "/etc/cinnabar/node.toml")?;
            let table = read(&file)
                .parse()
                .unwrap_or_else(|error| panic!("{file}: {error}"));
            Some((name, service, table))
        })
        .collect()
}

#[test]
fn compose_yaml_obeys_the_compose_schema() {
    let path = root().join(".tools/compose-spec.json");
    let schema = std::fs::read(&path).expect(".tools/compose-spec.json: tools/test installs it");
    let schema = jsonschema::validator_for(&serde_json::from_slice(&schema).unwrap()).unwrap();
    let compose = compose();
    let findings: Vec<String> = schema
        .iter_errors(&compose)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(findings.is_empty(), "{findings:#?}");

    let mut misspelt = compose;
    misspelt["services"]["writer"]["red_only"] = true.into();
    assert!(
        !schema.is_valid(&misspelt),
        "the schema refuses what it does not know"
    );
}

#[test]
fn the_cluster_is_three_servers_a_writer_a_standby_and_two_readers() {
    let compose = compose();
    let roles: Vec<(&str, String)> = nodes(&compose)
        .into_iter()
        .map(|(name, _, table)| (name, table["role"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [
        ("reader-1", "reader"),
        ("reader-2", "reader"),
        ("standby", "standby"),
        ("writer", "writer"),
    ];
    assert_eq!(roles, expected.map(|(name, role)| (name, role.to_owned())));
    let servers = lasting(&compose).filter(|(_, service)| is_server(service));
    assert_eq!(servers.count(), 3);
    assert_eq!(lasting(&compose).count(), 7);
}

fn is_server(service: &Value) -> bool {
    words(&service["entrypoint"]) == ["nats-server"]
}

#[test]
fn every_service_is_unprivileged() {
    let compose = compose();
    let user = instruction("USER");
    assert!(
        !user.starts_with('0') && !user.starts_with("root"),
        "{user}"
    );
    for (name, service) in services(&compose) {
        assert_eq!(service["user"], user.as_str(), "{name}");
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(words(&service["cap_drop"]), ["ALL"], "{name}");
        assert_eq!(
            words(&service["security_opt"]),
            ["no-new-privileges:true"],
            "{name}"
        );
        assert!(
            service.get("privileged").is_none() && service.get("cap_add").is_none(),
            "{name}"
        );
    }
}

#[test]
fn every_service_runs_the_image_of_this_release() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let version = manifest["workspace"]["package"]["version"]
        .as_str()
        .unwrap();
    let compose = compose();
    for (name, service) in services(&compose) {
        assert_eq!(service["image"], format!("cinnabar:{version}"), "{name}");
    }
}

#[test]
fn every_lasting_service_says_whether_it_is_healthy() {
    let compose = compose();
    for (name, service) in lasting(&compose) {
        let test = words(&service["healthcheck"]["test"]);
        assert_eq!(test[..3], ["CMD", "cinnabar", "health"], "{name}");
    }
}

#[test]
fn what_services_name_is_declared_and_what_is_declared_is_used() {
    let compose = compose();
    for kind in ["configs", "secrets", "volumes", "networks"] {
        let declared: BTreeSet<String> =
            compose[kind].as_object().unwrap().keys().cloned().collect();
        let used: BTreeSet<String> = services(&compose)
            .values()
            .flat_map(|service| service[kind].as_array().into_iter().flatten())
            .filter(|mount| mount["type"] != "bind")
            .map(|mount| {
                let name = mount.as_str().or(mount["source"].as_str()).unwrap();
                name.split(':').next().unwrap().to_owned()
            })
            .collect();
        assert_eq!(declared, used, "{kind}");
    }
}

#[test]
fn no_two_services_share_a_volume_and_each_lies_in_a_folder_of_the_image() {
    let compose = compose();
    let image: String = dockerfile()
        .into_iter()
        .map(|(_, rest)| rest + "\n")
        .collect();
    let mut seen = BTreeSet::new();
    for (name, service) in lasting(&compose) {
        for volume in words(&service["volumes"]) {
            let (volume, folder) = volume.split_once(':').unwrap();
            assert!(seen.insert(volume.to_owned()), "{name} shares {volume}");
            assert!(
                image.contains(folder),
                "the image has no {folder} for {name}"
            );
        }
    }
}

#[test]
fn a_service_is_given_the_seed_of_its_role_and_only_writers_the_keys() {
    let compose = compose();
    for (name, service, table) in nodes(&compose) {
        let wanted: &[&str] = match table["role"].as_str() {
            Some("reader") => &["reader.seed"],
            Some("standby") => &["writer.seed", "log.skey", "ledger.seed"],
            // The operator's seed makes the streams, once. The vault is the writer's.
            _ => &[
                "writer.seed",
                "operator.seed",
                "log.skey",
                "ledger.seed",
                "institution.key",
            ],
        };
        assert_eq!(words(&service["secrets"]), wanted, "{name}");
        let tables = ["keys", "vault"].map(|name| table.get(name).and_then(toml::Value::as_table));
        let operator = table["nats"].get("operator").and_then(toml::Value::as_str);
        let named: Vec<&str> = [table["nats"]["seed"].as_str(), operator]
            .into_iter()
            .filter(Option::is_some)
            .chain(
                tables
                    .into_iter()
                    .flatten()
                    .flat_map(|keys| keys.values().map(toml::Value::as_str)),
            )
            .flatten()
            .collect();
        for path in &named {
            let secret = path.strip_prefix("/run/secrets/").unwrap();
            assert!(wanted.contains(&secret), "{name}: {path}");
        }
        assert_eq!(
            named.len(),
            wanted.len(),
            "{name} is given what it does not read"
        );
    }
    for (name, service) in lasting(&compose).filter(|(_, service)| is_server(service)) {
        assert!(service.get("secrets").is_none(), "{name}");
    }
}

#[test]
fn every_node_has_the_genesis_that_it_names_and_the_chapters_beside_it() {
    let compose = compose();
    for (name, service, table) in nodes(&compose) {
        let genesis = table["genesis"].as_str().unwrap();
        let folder = genesis.rsplit_once('/').unwrap().0;
        for (target, file) in [
            (genesis.to_owned(), "genesis.json"),
            (format!("{folder}/chapters.jsonl"), "chapters.jsonl"),
        ] {
            assert_eq!(
                mounted_config(&compose, service, &target),
                Some(format!("./deploy/ledger/{file}")),
                "{name}: {target}"
            );
        }
    }
}

#[test]
fn addresses_and_ports_agree() {
    let compose = compose();
    let servers: BTreeSet<String> = lasting(&compose)
        .filter(|(_, service)| is_server(service))
        .map(|(name, service)| {
            assert_eq!(service["hostname"], name);
            assert!(words(&service["ports"])[0].ends_with(":4222"), "{name}");
            format!("nats://{name}:4222")
        })
        .collect();
    for (name, service, table) in nodes(&compose) {
        let named = table["nats"]["servers"].as_array().unwrap();
        let named: BTreeSet<String> = named.iter().map(|at| at.as_str().unwrap().into()).collect();
        assert_eq!(named, servers, "{name}");
        let (_, port) = table["listen"].as_str().unwrap().rsplit_once(':').unwrap();
        let health = &words(&service["healthcheck"]["test"])[3];
        assert!(
            health.contains(&format!("127.0.0.1:{port}/")),
            "{name}: {health}"
        );
        for published in words(&service["ports"]) {
            assert!(
                published.ends_with(&format!(":{port}")),
                "{name}: {published}"
            );
        }
    }
}

#[test]
fn only_loopback_is_published_and_no_port_twice() {
    let compose = compose();
    let mut seen = BTreeSet::new();
    for (name, service) in services(&compose) {
        for published in words(&service["ports"]) {
            let outside = published.rsplit_once(':').unwrap().0.to_owned();
            assert!(outside.starts_with("127.0.0.1:"), "{name}: {published}");
            assert!(seen.insert(outside), "{name}: {published} is taken");
        }
    }
}

/// What a program prints for `--help`.
fn help(program: &mut Command) -> String {
    let output = program.arg("--help").output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed).into_owned();
    assert!(
        output.status.success(),
        "{program:?} does not exist: {printed}"
    );
    printed
}

/// The options that a help text names.
fn options(help: &str) -> BTreeSet<&str> {
    help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
        .filter(|word| word.starts_with('-'))
        .collect()
}

/// Every command line in `compose.yaml` and the Dockerfile: who says it, the program, its arguments.
fn command_lines(compose: &Value) -> Vec<(String, String, Vec<String>)> {
    let image: Vec<String> = serde_json::from_str(&instruction("ENTRYPOINT")).unwrap();
    let default: Vec<String> = serde_json::from_str(&instruction("CMD")).unwrap();
    let mut lines = vec![("Dockerfile".to_owned(), [image.clone(), default].concat())];
    for (name, service) in services(compose) {
        let own = words(&service["entrypoint"]);
        let entrypoint = if own.is_empty() { image.clone() } else { own };
        lines.push((
            name.clone(),
            [entrypoint, words(&service["command"])].concat(),
        ));
        let health = words(&service["healthcheck"]["test"]);
        if !health.is_empty() {
            lines.push((format!("{name}, health"), health[1..].to_vec()));
        }
    }
    let split = |mut line: Vec<String>| (line.remove(0), line);
    lines
        .into_iter()
        .map(|(name, line)| (name, split(line)))
        .map(|(name, (program, arguments))| (name, program, arguments))
        .collect()
}

#[test]
fn every_command_and_option_is_one_that_the_program_has() {
    let compose = compose();
    for (name, called, arguments) in command_lines(&compose) {
        let text = match called.as_str() {
            "cinnabar" => {
                let command = arguments.first().filter(|word| !word.starts_with('-'));
                help(Command::new(program("cinnabar")).args(command))
            }
            "nats-server" => help(&mut nats_server()),
            other => panic!("{name} runs {other}, which is not in the image"),
        };
        let known = options(&text);
        for option in arguments.iter().filter(|word| word.starts_with('-')) {
            assert!(
                known.contains(option.as_str()),
                "{name}: {called} has no {option}\n{text}"
            );
        }
    }
}

fn nats_server() -> Command {
    let ours = root().join(".tools/nats-server");
    let named = std::env::var_os("NATS_SERVER").map(Into::into);
    Command::new(named.unwrap_or(if ours.is_file() {
        ours
    } else {
        "nats-server".into()
    }))
}

#[test]
fn the_roles_are_those_that_node_knows() {
    let text = help(Command::new(program("cinnabar")).arg("node"));
    for (name, _, table) in nodes(&compose()) {
        let role = table["role"].as_str().unwrap();
        assert!(
            text.contains(role),
            "{name}: `cinnabar node --help` knows no {role}"
        );
    }
}

#[test]
fn every_environment_variable_is_one_that_the_program_reads() {
    let text = help(&mut Command::new(program("cinnabar")));
    let compose = compose();
    for (name, service) in services(&compose) {
        for variable in service["environment"]
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
        {
            assert!(text.contains(variable.as_str()), "{name}: {variable}");
        }
        assert!(
            !service["environment"].is_array(),
            "{name}: write a mapping, not a list"
        );
    }
    for (_, variable) in dockerfile().iter().filter(|(name, _)| name == "ENV") {
        let variable = variable.split('=').next().unwrap();
        assert!(text.contains(variable), "Dockerfile: {variable}");
    }
}

#[test]
fn the_arguments_of_init_are_taken_without_a_dot_env_file() {
    let compose = compose();
    let arguments = words(&services(&compose)["init"]["command"]);
    assert!(arguments.iter().any(|argument| argument.contains("${")));
    for argument in arguments {
        assert!(
            !interpolated(&argument).is_empty(),
            "{argument} is empty by default"
        );
    }
}

#[test]
fn the_image_is_built_with_the_toolchain_of_the_workspace_and_with_its_scripts() {
    let toolchain: toml::Table = read("rust-toolchain.toml").parse().unwrap();
    let channel = toolchain["toolchain"]["channel"].as_str().unwrap();
    let lines = dockerfile();
    let from = &lines.iter().find(|(name, _)| name == "FROM").unwrap().1;
    assert!(from.starts_with(&format!("rust:{channel}-")), "{from}");
    let setup = read("tools/lib/setup.sh");
    let runs: String = lines
        .iter()
        .filter(|(name, rest)| name == "RUN" && rest.contains("setup.sh"))
        .map(|(_, rest)| rest.as_str())
        .collect();
    for function in [
        "install_build_packages",
        "install_rust",
        "install_nats_server",
        "build_environment",
    ] {
        assert!(
            runs.contains(function),
            "the Dockerfile does not call {function}"
        );
        assert!(
            setup.contains(&format!("\n{function}() {{")),
            "setup.sh has no {function}"
        );
    }
}

#[test]
fn secrets_are_in_no_image_and_not_in_the_repository() {
    assert!(
        read(".dockerignore")
            .lines()
            .any(|line| line == "deploy/ledger")
    );
    assert!(
        read("deploy/.gitignore")
            .lines()
            .any(|line| line == "/ledger/")
    );
    let compose = compose();
    for (name, secret) in compose["secrets"].as_object().unwrap() {
        let file = secret["file"].as_str().unwrap();
        assert!(
            file.starts_with("./deploy/ledger/secrets/"),
            "{name}: {file}"
        );
    }
}

//! What the OpenAPI document says about an answer.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value as Json;

/// The schema of a documented answer, with the components that it refers to.
pub(crate) fn schema(document: &Json, template: &str, status: u16) -> Option<Json> {
    let responses = &document["paths"][template]["get"]["responses"];
    let content = responses[status.to_string()]["content"].as_object()?;
    let mut schema = content
        .get("application/json")
        .or_else(|| content.get("application/problem+json"))?["schema"]
        .clone();
    schema["components"] = document["components"].clone();
    Some(schema)
}

/// The documented path that `path` is an example of.
pub(crate) fn template_of<'d>(document: &'d Json, path: &str) -> Option<&'d str> {
    let path = path.split('?').next()?.strip_prefix("/v1")?;
    let matches = |template: &str| {
        let (template, path): (Vec<_>, Vec<_>) =
            (template.split('/').collect(), path.split('/').collect());
        template.len() == path.len()
            && template
                .iter()
                .zip(path)
                .all(|(part, found)| part.starts_with('{') || *part == found)
    };
    let templates: Vec<&str> = document["paths"]
        .as_object()?
        .keys()
        .map(String::as_str)
        .filter(|template| matches(template))
        .collect();
    templates.first().copied()
}

/// The document, and the schemas that were asked for.
pub(crate) struct Documented {
    document: Json,
    validators: RefCell<BTreeMap<String, jsonschema::Validator>>,
}

impl Documented {
    pub(crate) fn new() -> Self {
        Self {
            document: serde_json::to_value(cinnabar_api::document()).unwrap(),
            validators: RefCell::default(),
        }
    }

    /// What of an answer with status 200 to `path` isn't as the document says.
    pub(crate) fn faults(&self, path: &str, json: &Json) -> Vec<String> {
        let Some(template) = template_of(&self.document, path) else {
            return vec![format!("{path}: not documented")];
        };
        let mut validators = self.validators.borrow_mut();
        let validator = validators.entry(template.to_owned()).or_insert_with(|| {
            let schema = schema(&self.document, template, 200).unwrap();
            jsonschema::validator_for(&schema).unwrap()
        });
        let errors = validator.iter_errors(json);
        errors
            .map(|error| format!("{path}: {error} at {}", error.instance_path()))
            .collect()
    }
}

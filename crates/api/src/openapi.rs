//! The OpenAPI 3.1 document, from the code that answers.

use utoipa::OpenApi;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::info::ContactBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Header, InfoBuilder, License, OpenApi as Document, RefOr, Server};

use crate::layers::API_VERSION;
use crate::problem::Problem;

#[derive(OpenApi)]
#[openapi(
    components(schemas(Problem)),
    tags(
        (name = "register", description = "Products, incidents and organisations, as they stand or stood."),
        (name = "work", description = "How every subject stands, what is due, and the rules in force."),
        (name = "ledger", description = "Entries, dossiers and proofs."),
        (name = "actors", description = "Who signs, with which keys and roles."),
        (name = "contract", description = "Kinds of statement, their schemas, this document."),
    )
)]
struct Base;

/// What the document says before any operation is added.
pub(crate) fn base() -> Document {
    let mut document = Base::openapi();
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    let contact = ContactBuilder::new()
        .name(Some("The institution that runs this ledger"))
        .url(Some("https://ledger.example.org/"))
        .email(Some("ledger@example.org"));
    document.info = InfoBuilder::new()
        .title("Cinnabar read API")
        .version(API_VERSION)
        .description(Some(
            "Reads a ledger of AI governance and proves what it says. Every answer names the state of the ledger that it speaks of \
             (`asOf`: size and root hash), every list its total at that size. Statements are not submitted here but over NATS. \
             The same ledger can be read as a C2SP tlog-tiles log at the server's root: `/checkpoint`, `/tile/…`.",
        ))
        .contact(Some(contact.build()))
        .license(Some(license))
        .build();
    document.servers = Some(vec![Server::new("/v1")]);
    document
}

/// Adds the headers that all answers have.
pub(crate) fn finish(document: &mut Document) {
    for path in document.paths.paths.values_mut() {
        if let Some(operation) = &mut path.get {
            add_headers(operation);
        }
    }
}

fn add_headers(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else {
            continue;
        };
        if status.starts_with('2') {
            response.headers.insert(
                "API-Version".to_owned(),
                text_header("The version of this API, in full."),
            );
            response.headers.insert(
                "ETag".to_owned(),
                text_header("Tag of these very bytes, for `If-None-Match`."),
            );
        } else if status == "503" {
            response.headers.insert(
                "Retry-After".to_owned(),
                text_header("Seconds after which to ask again."),
            );
        }
    }
}

fn text_header(description: &str) -> RefOr<Header> {
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    HeaderBuilder::new()
        .schema(Some(text))
        .description(Some(description))
        .build()
        .into()
}

//! About what a role lets its holder speak.

use cinnabar_events::kinds::Scope;
use cinnabar_events::{Class, Code, Payload};

use super::EMPTY_SCOPE;
use crate::case::{Case, Check};
use crate::groups::filing::ProductRecord;
use crate::records::Records;

/// Whether the statement lies in `scope`: what it is about is of one of its classes, or is a product in one of its fields.
/// A product's fields are those that it has when the statement is made; a new one's are those that it is filed with. What
/// a statement merely concerns doesn't count.
pub(crate) fn within<R: Records>(case: &Case<'_, R>, scope: &Scope) -> Check<R, bool> {
    let subject = &case.statement().subject;
    if scope.classes.iter().any(|class| class.0 == subject.class()) {
        return Ok(true);
    }
    if scope.fields.is_empty() || subject.class() != Class::Product {
        return Ok(false);
    }
    let among = |fields: &[Code]| {
        let mut fields = fields.iter();
        fields.any(|field| scope.fields.as_slice().contains(field))
    };
    if let Payload::ProductSubmitted(submitted) = &case.statement().payload {
        return Ok(among(submitted.facts.fields.as_slice()));
    }
    let product: Option<ProductRecord> = case.find(subject.id())?;
    Ok(product.is_some_and(|product| among(&product.fields)))
}

/// A scope that is given names something, and fields that the rulebook has.
pub(super) fn sensible<R: Records>(case: &Case<'_, R>, scope: Option<&Scope>) -> Check<R> {
    let Some(scope) = scope else {
        return Ok(());
    };
    if scope.classes.is_empty() && scope.fields.is_empty() {
        return Err(EMPTY_SCOPE.into());
    }
    case.vocabulary("application_field", scope.fields.as_slice())?;
    Ok(())
}

//! Life cycles: where a thing can stand, and what brings it from there to where.

use cinnabar_events::{Class, Kind};

/// Where a thing of one class can stand.
pub trait LifeCycle: Copy + PartialEq + 'static {
    /// The class.
    const CLASS: Class;
    /// Every status, in order of life.
    const ALL: &'static [Self];
    /// What starts it, and where it stands then.
    const STARTS: &'static [(Kind, Self)];

    /// The status as it is written.
    fn as_str(self) -> &'static str;

    /// Where it stands after a statement of this kind; nowhere if it can't be said now.
    fn after(self, kind: Kind) -> Option<Self>;
}

/// Declares the life cycle of a class: its statuses, and for each what leads on to which. A status from which nothing
/// leads on is final.
macro_rules! life_cycle {
    (
        $(#[$doc:meta])* $name:ident of $class:ident { $($(#[$status_doc:meta])* $status:ident = $text:literal),+ $(,)? }
        starts { $($start:ident => $first:ident),+ $(,)? }
        $($from:ident { $($kind:ident => $to:ident),+ $(,)? })*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$status_doc])* #[serde(rename = $text)] $status),+ }

        impl $crate::life_cycle::LifeCycle for $name {
            const CLASS: cinnabar_events::Class = cinnabar_events::Class::$class;
            const ALL: &'static [Self] = &[$(Self::$status),+];
            const STARTS: &'static [(cinnabar_events::Kind, Self)] = &[$((cinnabar_events::Kind::$start, Self::$first)),+];

            fn as_str(self) -> &'static str {
                match self { $(Self::$status => $text),+ }
            }

            fn after(self, kind: cinnabar_events::Kind) -> Option<Self> {
                match (self, kind) {
                    $($((Self::$from, cinnabar_events::Kind::$kind) => Some(Self::$to),)+)*
                    _ => None,
                }
            }
        }

        impl $name {
            /// The status as it is written.
            pub fn as_str(self) -> &'static str {
                $crate::life_cycle::LifeCycle::as_str(self)
            }
        }
    };
}
pub(crate) use life_cycle;

/// One arrow of a life cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Of which class.
    pub class: Class,
    /// What is said.
    pub kind: Kind,
    /// From where; nothing if it starts the thing.
    pub from: Option<&'static str>,
    /// To where.
    pub to: &'static str,
}

fn arrows<L: LifeCycle>() -> Vec<Transition> {
    let arrow = |kind, from: Option<L>, to: L| Transition {
        class: L::CLASS,
        kind,
        from: from.map(L::as_str),
        to: to.as_str(),
    };
    let starts = L::STARTS
        .iter()
        .map(|(kind, first)| arrow(*kind, None, *first));
    let steps = L::ALL.iter().flat_map(|from| {
        let to = |kind: &Kind| Some(arrow(*kind, Some(*from), from.after(*kind)?));
        Kind::ALL.iter().filter_map(to)
    });
    starts.chain(steps).collect()
}

/// Every arrow of every life cycle.
pub fn transitions() -> Vec<Transition> {
    use crate::groups::{
        complaints as c, compute, ethics, filing, incidents, privacy, resources, statistics, trust,
    };
    [
        arrows::<trust::ActorStatus>(),
        arrows::<trust::OrganisationStatus>(),
        arrows::<filing::ProductStatus>(),
        arrows::<ethics::CommitteeStatus>(),
        arrows::<ethics::ReviewStatus>(),
        arrows::<incidents::IncidentStatus>(),
        arrows::<c::ComplaintStatus>(),
        arrows::<c::AppealStatus>(),
        arrows::<statistics::SurveyStatus>(),
        arrows::<statistics::ReturnStatus>(),
        arrows::<resources::GuidelineStatus>(),
        arrows::<resources::DatasetStatus>(),
        arrows::<resources::AccessStatus>(),
        arrows::<compute::ComputeStatus>(),
        arrows::<compute::AllocationStatus>(),
        arrows::<compute::AlgorithmStatus>(),
        arrows::<compute::ScenarioStatus>(),
        arrows::<privacy::DisputeStatus>(),
        arrows::<privacy::DisclosureStatus>(),
        arrows::<privacy::ErasureStatus>(),
        arrows::<privacy::HoldStatus>(),
    ]
    .concat()
}

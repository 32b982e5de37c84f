//! Evidence that third parties verify offline: contradictions, bundles, complete dossiers.

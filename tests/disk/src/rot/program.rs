//! What comes of a fault when the whole program starts on the damaged data, as `cinnabar up`.

//! What reading costs: views rebuilt and live, the API, search over the register.

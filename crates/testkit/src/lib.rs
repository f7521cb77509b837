//! What the tests of the suite are made with: streams in a line of code, awkward readers, pipelines with deadlines.

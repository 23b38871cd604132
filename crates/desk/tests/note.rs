//! The rules about notes: what a result needs, what may be kept while somebody types, what may be stored, and what
//! binds it. Random runs are counted through from a seed, so that a failure comes again.

mod note {
    mod chain;
    mod digits;
    mod four_eyes;
    mod hold;
    mod join;
    mod need;
    mod refusals;
}

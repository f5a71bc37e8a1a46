package io.bakstripe.sandbox.chaos;

import java.util.List;

/** A script: what happens to the requests that come, in the order in which they come. The first rule that strikes a request is the only one. */
record Plan(long seed, Policy policy, List<Rule> rules) {
    /** Everything goes through. */
    static final Plan CALM = new Plan(0, Policy.OPEN, List.of());

    Plan {
        rules = List.copyOf(rules);
    }
}

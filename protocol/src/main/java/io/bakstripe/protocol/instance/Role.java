package io.bakstripe.protocol.instance;

/** What a login may do; each role may do what the ones before it may. */
public enum Role {
    /** Asks: tasks, databases, backup sets, configurations. */
    READER,
    /** Also submits and cancels tasks, and finishes or drops what it restored itself (row F2). */
    OPERATOR,
    /** Also changes configurations, sees passwords of servers, and finishes or drops what others restored. */
    MASTER;

    /** True when this role may do what needs {@code least}. */
    public boolean covers(Role least) {
        return compareTo(least) >= 0;
    }
}

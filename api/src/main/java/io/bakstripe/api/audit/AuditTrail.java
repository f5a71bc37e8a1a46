package io.bakstripe.api.audit;

/** Where the lines about calls go; called by many threads at once, before the answer is sent. */
public interface AuditTrail {
    /** Keeps the line. Does not fail: a call is not refused because its line cannot be written. */
    void record(AuditLine line);

    /** Keeps nothing. */
    static AuditTrail none() {
        return line -> {};
    }
}

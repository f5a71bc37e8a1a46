package io.bakstripe.protocol.error;

/** What kind of failure an error is; it decides the HTTP status and whether trying again can help. */
public enum ErrorCategory {
    /** The call itself is malformed. */
    MALFORMED(400, false),
    /** The caller is not known. */
    UNAUTHENTICATED(401, false),
    /** The caller, or the credentials that we use for it, may not do this. */
    DENIED(403, false),
    /** Something that the call names does not exist. */
    UNKNOWN(404, false),
    /** The address exists but takes another HTTP method. */
    WRONG_METHOD(405, false),
    /** A rule of sequence or a state stands in the way. */
    CONFLICT(409, false),
    /** The body is larger than is accepted. */
    TOO_LARGE(413, false),
    /** The body is of a media type that is not read. */
    WRONG_MEDIA(415, false),
    /** An idempotency key was used before with another body. */
    KEY_REUSED(422, false),
    /** The caller has to wait. */
    THROTTLED(429, true),
    /** A store, key service or database does not answer, or answers with a failure of its own. */
    UNREACHABLE(502, true),
    /** A part of the cluster did not answer in time. */
    TIMEOUT(503, true),
    /** What was read is damaged or is not what it should be; never tried again. */
    CORRUPTION(409, false),
    /** The host, the server or the engine failed in a way that another attempt may not meet. */
    FAILURE(500, true),
    /** A defect of ours. */
    BUG(500, false);

    private final int status;
    private final boolean transientFailure;

    ErrorCategory(int status, boolean transientFailure) {
        this.status = status;
        this.transientFailure = transientFailure;
    }

    /** The HTTP status of a refusal of this kind. */
    public int status() {
        return status;
    }

    /** True when another attempt may succeed without anyone changing anything. */
    public boolean transientFailure() {
        return transientFailure;
    }
}

package io.bakstripe.coordinator.journal;

/**
 * The idempotency key of a call as the journal holds it.
 *
 * @param key the caller's key
 * @param bodyHash of the call that used it first
 */
public record CallKey(String key, String bodyHash) {}

package io.bakstripe.protocol.message;

/**
 * Makes a submission safe to repeat.
 *
 * @param key the caller's {@code Idempotency-Key}
 * @param bodyHash of the call; the same key with another hash is refused
 */
public record RequestKey(String key, String bodyHash) {}

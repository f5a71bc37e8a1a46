package io.bakstripe.protocol.message;

/** What a stripe worker understands: the commands of {@link StripeCommand} and private messages of its own. */
public interface StripeMessage {}

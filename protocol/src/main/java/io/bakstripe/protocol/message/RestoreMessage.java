package io.bakstripe.protocol.message;

/** What a restore worker understands: the commands of {@link RestoreCommand} and private messages of its own. */
public interface RestoreMessage {}

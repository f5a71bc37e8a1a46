package io.bakstripe.protocol.message;

/** What pre-flight understands: the commands of {@link PreflightCommand} and private messages of its own. */
public interface PreflightMessage {}

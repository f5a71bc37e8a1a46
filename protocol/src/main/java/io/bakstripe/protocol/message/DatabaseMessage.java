package io.bakstripe.protocol.message;

/** What a database coordinator understands: commands, reports of its workers and private messages of its own. */
public interface DatabaseMessage {}

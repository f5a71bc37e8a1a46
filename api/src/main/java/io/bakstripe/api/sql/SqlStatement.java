package io.bakstripe.api.sql;

/** A statement that was read. */
public sealed interface SqlStatement permits SqlCall, SqlQuery, SqlTransaction {}

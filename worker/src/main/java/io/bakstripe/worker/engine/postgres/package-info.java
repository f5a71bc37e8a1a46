/**
 * PostgreSQL 13 to 18 as a source: full physical backups read over ordinary SQL connections, by a role that need not be a superuser. {@code
 * docs/postgresql.md} says what the role needs and what is copied.
 */
@NullMarked
package io.bakstripe.worker.engine.postgres;

import org.jspecify.annotations.NullMarked;

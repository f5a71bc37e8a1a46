/**
 * The restore sequence: how far a database that is RESTORING has come, and which step may follow. Pure rules, those of SQL Server with its messages; they
 * know neither actors nor tasks' phases.
 */
@NullMarked
package io.bakstripe.coordinator.sequence;

import org.jspecify.annotations.NullMarked;

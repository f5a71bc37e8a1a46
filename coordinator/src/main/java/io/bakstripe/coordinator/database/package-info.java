/**
 * The coordinator of a database: checks every call against the rules of sequence and drives its tasks, one at a time, from creation to their
 * end. Decisions are pure: {@code SubmissionRules} says what may begin, {@code Steps} what has happened, {@code Orders} what must be asked for
 * next; the actor only carries between them.
 */
@NullMarked
package io.bakstripe.coordinator.database;

import org.jspecify.annotations.NullMarked;

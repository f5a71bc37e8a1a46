package io.bakstripe.coordinator.journal;

/** Marks what the coordinators write to the journal; bound to {@link JournalEvents}. */
public interface JournalEvent {}

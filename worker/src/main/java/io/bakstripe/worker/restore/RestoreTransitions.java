package io.bakstripe.worker.restore;

import io.bakstripe.worker.restore.RestoreFacts.Phase;
import java.util.List;

/**
 * The life of one attempt at a restore as a declared table: which recorded event leads from which phase to which.
 *
 * <p>The worker's state asks it for every event, so that a sequence that is not written here can neither be recorded nor replayed.
 */
final class RestoreTransitions {
    /** One row of the table. */
    record Transition(Phase from, Class<? extends RestoreEvent> event, Phase to) {}

    static final List<Transition> ALL = List.of(
            row(Phase.FRESH, RestoreEvent.SetFound.class, Phase.APPLYING),
            row(Phase.FRESH, RestoreEvent.ServerOpened.class, Phase.OPENED),
            row(Phase.FRESH, RestoreEvent.AttemptFailed.class, Phase.FAILED),
            row(Phase.FRESH, RestoreEvent.AttemptDiscarded.class, Phase.DISCARDED),
            row(Phase.APPLYING, RestoreEvent.SetFound.class, Phase.APPLYING),
            row(Phase.APPLYING, RestoreEvent.PartApplied.class, Phase.APPLYING),
            row(Phase.APPLYING, RestoreEvent.FilesApplied.class, Phase.APPLIED),
            row(Phase.APPLYING, RestoreEvent.AttemptFailed.class, Phase.FAILED),
            row(Phase.APPLYING, RestoreEvent.AttemptDiscarded.class, Phase.DISCARDED),
            row(Phase.APPLIED, RestoreEvent.StepKept.class, Phase.KEPT),
            row(Phase.APPLIED, RestoreEvent.ServerOpened.class, Phase.OPENED),
            row(Phase.APPLIED, RestoreEvent.AttemptFailed.class, Phase.FAILED),
            row(Phase.APPLIED, RestoreEvent.AttemptDiscarded.class, Phase.DISCARDED),
            row(Phase.KEPT, RestoreEvent.ServerStands.class, Phase.STANDING),
            row(Phase.KEPT, RestoreEvent.ServerOpened.class, Phase.OPENED),
            row(Phase.KEPT, RestoreEvent.AttemptFailed.class, Phase.FAILED),
            row(Phase.FAILED, RestoreEvent.AttemptDiscarded.class, Phase.DISCARDED));

    private RestoreTransitions() {}

    private static Transition row(Phase from, Class<? extends RestoreEvent> event, Phase to) {
        return new Transition(from, event, to);
    }

    /** The phase that {@code event} leads to; {@link IllegalStateException} when the table has no such row. */
    static Phase next(Phase from, RestoreEvent event) {
        return ALL.stream()
                .filter(row -> row.from() == from && row.event().equals(event.getClass()))
                .findFirst()
                .map(Transition::to)
                .orElseThrow(() -> new IllegalStateException("a restore in phase " + from + " cannot take "
                        + event.getClass().getSimpleName()));
    }

    /** The table as a Mermaid state diagram. */
    static String mermaid() {
        StringBuilder diagram = new StringBuilder("stateDiagram-v2\n    [*] --> FRESH\n");
        for (Transition row : ALL) {
            diagram.append("    ")
                    .append(row.from())
                    .append(" --> ")
                    .append(row.to())
                    .append(": ")
                    .append(row.event().getSimpleName())
                    .append('\n');
        }
        return diagram.append("    KEPT --> [*]\n    STANDING --> [*]\n    OPENED --> [*]\n    DISCARDED --> [*]\n")
                .toString();
    }
}

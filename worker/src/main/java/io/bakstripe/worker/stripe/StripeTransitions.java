package io.bakstripe.worker.stripe;

import io.bakstripe.worker.journal.StripeEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * The life of a stripe as one declared table: which event leads from which phase to which. The state asks it for every event, so that a sequence that is
 * not written here can neither be recorded nor replayed.
 */
final class StripeTransitions {
    /** One row of the table. */
    record Transition(StripePhase from, Class<? extends StripeEvent> event, StripePhase to) {}

    static final List<Transition> ALL = rows();

    private StripeTransitions() {}

    private static List<Transition> rows() {
        List<Transition> rows = new ArrayList<>(List.of(
                row(StripePhase.EMPTY, StripeEvent.UploadIntended.class, StripePhase.INTENDED),
                row(StripePhase.INTENDED, StripeEvent.UploadIntended.class, StripePhase.INTENDED),
                row(StripePhase.INTENDED, StripeEvent.UploadCreated.class, StripePhase.STREAMING),
                row(StripePhase.STREAMING, StripeEvent.Resumed.class, StripePhase.STREAMING),
                row(StripePhase.STREAMING, StripeEvent.PartStored.class, StripePhase.STREAMING),
                row(StripePhase.STREAMING, StripeEvent.PartReplaced.class, StripePhase.STREAMING),
                row(StripePhase.STREAMING, StripeEvent.Rewound.class, StripePhase.STREAMING),
                row(StripePhase.STREAMING, StripeEvent.DataDrained.class, StripePhase.DRAINED),
                row(StripePhase.DRAINED, StripeEvent.Resumed.class, StripePhase.DRAINED),
                row(StripePhase.DRAINED, StripeEvent.PartStored.class, StripePhase.DRAINED),
                row(StripePhase.DRAINED, StripeEvent.PartReplaced.class, StripePhase.DRAINED),
                row(StripePhase.DRAINED, StripeEvent.TrailerStored.class, StripePhase.COMPLETE),
                row(StripePhase.COMPLETE, StripeEvent.TrailerStored.class, StripePhase.COMPLETE),
                row(StripePhase.COMPLETE, StripeEvent.PartReplaced.class, StripePhase.DRAINED),
                row(StripePhase.COMPLETE, StripeEvent.Rewound.class, StripePhase.DRAINED),
                row(StripePhase.COMPLETE, StripeEvent.Prepared.class, StripePhase.PREPARED),
                row(StripePhase.PREPARED, StripeEvent.Published.class, StripePhase.PUBLISHED)));
        for (StripePhase from : StripePhase.values()) {
            if (from != StripePhase.PUBLISHED && from != StripePhase.ABORTED) {
                rows.add(row(from, StripeEvent.Aborted.class, StripePhase.ABORTED));
            }
        }
        // All that the journal keeps of a stripe that ended long ago is how it ended.
        rows.add(row(StripePhase.EMPTY, StripeEvent.Published.class, StripePhase.PUBLISHED));
        rows.add(row(StripePhase.PUBLISHED, StripeEvent.Closed.class, StripePhase.PUBLISHED));
        rows.add(row(StripePhase.ABORTED, StripeEvent.Closed.class, StripePhase.ABORTED));
        return List.copyOf(rows);
    }

    private static Transition row(StripePhase from, Class<? extends StripeEvent> event, StripePhase to) {
        return new Transition(from, event, to);
    }

    /** The phase that {@code event} leads to; {@link IllegalStateException} when the table has no such row. */
    static StripePhase next(StripePhase from, StripeEvent event) {
        return ALL.stream()
                .filter(row -> row.from() == from && row.event().equals(event.getClass()))
                .findFirst()
                .map(Transition::to)
                .orElseThrow(() -> new IllegalStateException("a stripe in phase " + from + " cannot take "
                        + event.getClass().getSimpleName()));
    }

    /** The table as a Mermaid state diagram. */
    static String mermaid() {
        StringBuilder diagram = new StringBuilder("stateDiagram-v2\n");
        for (Transition row : ALL) {
            String from = row.from() == StripePhase.EMPTY ? "[*]" : row.from().name();
            String to =
                    row.event() == StripeEvent.Closed.class ? "[*]" : row.to().name();
            diagram.append("    ").append(from).append(" --> ").append(to).append(": ");
            diagram.append(row.event().getSimpleName()).append('\n');
        }
        return diagram.toString();
    }
}

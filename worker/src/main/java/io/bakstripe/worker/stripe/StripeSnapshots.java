package io.bakstripe.worker.stripe;

import akka.persistence.typed.SnapshotAdapter;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.format.FrameRun;
import io.bakstripe.worker.journal.FirstStripeSnapshot;
import io.bakstripe.worker.journal.PartDamage;
import io.bakstripe.worker.journal.PartManifest;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Position;
import io.bakstripe.worker.journal.StripeSnapshot;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Turns a stripe's state into what its journal keeps, and whatever version of it back. */
final class StripeSnapshots implements SnapshotAdapter<StripeState> {
    @Override
    public Object toJournal(StripeState state) {
        PartLedger parts = state.parts();
        List<Position> begins = numbers(parts)
                .mapToObj(number -> parts.from(number).orElse(new Position(PlanKind.DATA, -1, 0)))
                .toList();
        return new StripeSnapshot(
                state.phase().name(),
                state.intended(),
                state.uploadId(),
                state.position(),
                state.dataParts(),
                state.closed(),
                state.resumed(),
                parts.closingFrom(),
                begins.stream().map(begin -> (int) begin.extent()).toList(),
                begins.stream().map(Position::offset).toList(),
                numbers(parts).mapToObj(parts::plainBytes).toList(),
                numbers(parts).mapToObj(parts::storedBytes).toList(),
                numbers(parts).mapToObj(parts::crc32c).toList(),
                numbers(parts).mapToObj(parts::etag).toList(),
                numbers(parts)
                        .boxed()
                        .flatMap(number -> parts.damage(number).stream().map(found -> new PartDamage(number, found)))
                        .toList(),
                numbers(parts)
                        .filter(number -> !parts.manifest(number).isEmpty())
                        .mapToObj(number -> new PartManifest(number, parts.manifest(number)))
                        .toList(),
                state.seal(),
                numbers(parts)
                        .boxed()
                        .flatMap(number -> parts.sealed(number).stream())
                        .toList());
    }

    private static IntStream numbers(PartLedger parts) {
        return IntStream.rangeClosed(1, parts.count());
    }

    @Override
    public StripeState fromJournal(Object from) {
        return state(from instanceof FirstStripeSnapshot first ? upgraded(first) : (StripeSnapshot) from);
    }

    private static StripeState state(StripeSnapshot from) {
        PartLedger parts = PartLedger.empty();
        Map<Integer, Damage> damage =
                from.damage().stream().collect(Collectors.toMap(PartDamage::number, PartDamage::damage));
        Map<Integer, List<FrameRun>> manifest =
                from.manifest().stream().collect(Collectors.toMap(PartManifest::number, PartManifest::frames));
        for (int i = 0; i < from.etags().size(); i++) {
            PlanKind plan = i + 1 < from.closingFrom() ? PlanKind.DATA : PlanKind.CLOSING;
            Position begin =
                    new Position(plan, from.extents().get(i), from.offsets().get(i));
            parts = parts.with(new PartStored(
                    i + 1,
                    begin,
                    begin,
                    from.plainBytes().get(i),
                    from.storedBytes().get(i),
                    from.crc32c().get(i),
                    from.etags().get(i),
                    Optional.ofNullable(damage.get(i + 1)),
                    manifest.getOrDefault(i + 1, List.of()),
                    from.sealed().isEmpty()
                            ? Optional.empty()
                            : Optional.of(from.sealed().get(i))));
        }
        return new StripeState(
                StripePhase.valueOf(from.phase()),
                from.intended(),
                from.uploadId(),
                from.seal(),
                from.position(),
                from.dataParts(),
                from.closed(),
                from.resumed(),
                parts);
    }

    private static StripeSnapshot upgraded(FirstStripeSnapshot first) {
        int count = first.etags().size();
        boolean drained = first.phase().equals(StripePhase.DRAINED.name());
        // Only a trailer holds nothing of the database.
        boolean trailer =
                drained && count > first.dataParts() && first.plainBytes().get(count - 1) == 0;
        return new StripeSnapshot(
                trailer ? StripePhase.COMPLETE.name() : first.phase(),
                first.intended(),
                first.uploadId(),
                first.position(),
                first.dataParts(),
                first.closed(),
                0,
                first.dataParts() == 0 ? count + 1 : first.dataParts() + 1,
                Collections.nCopies(count, -1),
                Collections.nCopies(count, 0L),
                first.plainBytes(),
                first.storedBytes(),
                first.crc32c(),
                first.etags(),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of());
    }
}

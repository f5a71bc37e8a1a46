package io.bakstripe.worker.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.PlanKind;
import io.bakstripe.worker.format.FrameRun;
import io.bakstripe.worker.journal.StripeEvent;
import io.bakstripe.worker.journal.StripeEvent.PartReplaced;
import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Position;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Where the pages of the manifest lie in a file, as the record of its parts tells. */
class ManifestPlacesTest {
    private static PartStored part(int number, int bytes, FrameRun... manifest) {
        return new PartStored(
                number,
                Position.start(PlanKind.DATA),
                Position.start(PlanKind.DATA),
                1,
                bytes,
                1,
                "e",
                Optional.empty(),
                List.of(manifest));
    }

    @Test
    void areCountedFromTheBeginningOfTheFile() {
        PartLedger ledger = PartLedger.empty()
                .with(part(1, 1000, new FrameRun(64, 96), new FrameRun(900, 100)))
                .with(part(2, 500, new FrameRun(0, 32), new FrameRun(468, 32)))
                .with(part(3, 100))
                .with(part(4, 100, new FrameRun(0, 64)));

        assertThat(ledger.manifestPages())
                .containsExactly(
                        new FrameRun(64, 96), new FrameRun(900, 132), new FrameRun(1468, 32), new FrameRun(1600, 64));
        assertThat(ledger.upTo(1).manifestPages()).containsExactly(new FrameRun(64, 96), new FrameRun(900, 100));
        PartReplaced larger = new PartReplaced(2, 1, 600, 1, "e", Optional.empty(), List.of(new FrameRun(568, 32)));
        assertThat(ledger.replacing(larger).manifestPages())
                .containsExactly(
                        new FrameRun(64, 96), new FrameRun(900, 100), new FrameRun(1568, 32), new FrameRun(1700, 64));
    }

    @Test
    void areKeptInSnapshots() {
        StripeState state = StripeState.initial()
                .after(new StripeEvent.UploadIntended(
                        new BackupSetId(new UUID(1, 2)), new S3Arn("bucket", "a.bak"), 1, 1, false, Instant.EPOCH))
                .after(new StripeEvent.UploadCreated("u", Instant.EPOCH))
                .after(part(1, 1000, new FrameRun(64, 96)));
        StripeSnapshots snapshots = new StripeSnapshots();

        StripeState back = snapshots.fromJournal(snapshots.toJournal(state));

        assertThat(back.parts().manifestPages()).containsExactly(new FrameRun(64, 96));
    }
}

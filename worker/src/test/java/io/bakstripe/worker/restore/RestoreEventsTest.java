package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.serialization.SerializationExtension;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.stripe.RolledTo;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.worker.restore.RestoreEvent.AttemptDiscarded;
import io.bakstripe.worker.restore.RestoreEvent.AttemptFailed;
import io.bakstripe.worker.restore.RestoreEvent.FilesApplied;
import io.bakstripe.worker.restore.RestoreEvent.PartApplied;
import io.bakstripe.worker.restore.RestoreEvent.ServerOpened;
import io.bakstripe.worker.restore.RestoreEvent.ServerStands;
import io.bakstripe.worker.restore.RestoreEvent.SetFound;
import io.bakstripe.worker.restore.RestoreEvent.SetSpan;
import io.bakstripe.worker.restore.RestoreEvent.StepKept;
import io.bakstripe.worker.restore.RestoreEvent.StripeFound;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class RestoreEventsTest {
    private static final SetFound SET_FOUND = new SetFound(
            new BackupSetId(UUID.fromString("6b1f0c1e-8f0a-4f43-9f0e-1c2d3e4f5061")),
            "postgres",
            List.of(new StripeFound(SampleSet.arn("a.bak"), 7)),
            Optional.of(new SetSpan(
                    new StartFacts(
                            "postgresql",
                            "18",
                            "7",
                            1,
                            new Lsn(0x10),
                            16 << 20,
                            "UTC",
                            "postgres",
                            Optional.empty(),
                            Instant.EPOCH),
                    new Lsn(0x20),
                    Optional.of(Instant.EPOCH.plusNanos(1000)))));

    private static final Map<String, RestoreEvent> EVENTS = Map.of(
            "restore-set-found/1 {\"setId\":\"6b1f0c1e-8f0a-4f43-9f0e-1c2d3e4f5061\",\"dbname\":\"postgres\","
                    + "\"stripes\":[{\"file\":\"arn:aws:s3:::backups/a.bak\",\"plainBytes\":7}],"
                    + "\"span\":{\"start\":{\"engine\":\"postgresql\",\"engineVersion\":\"18\","
                    + "\"systemIdentifier\":\"7\",\"timeline\":1,\"firstLsn\":\"0/10\",\"segmentBytes\":16777216,"
                    + "\"timeZone\":\"UTC\",\"dbname\":\"postgres\",\"startedAt\":\"1970-01-01T00:00:00Z\"},"
                    + "\"lastLsn\":\"0/20\",\"lastCommit\":\"1970-01-01T00:00:00.000001Z\"}}",
            SET_FOUND,
            "restore-part-applied/1 {\"family\":1,\"part\":2,\"doneBytes\":3}",
            new PartApplied(1, 2, 3),
            "restore-files-applied/1 {}",
            new FilesApplied(),
            "restore-server-opened/1 {}",
            new ServerOpened(),
            "restore-step-kept/1 {\"rolledTo\":{\"position\":\"0/20\",\"lastCommit\":\"1970-01-01T00:00:00Z\","
                    + "\"stopped\":true}}",
            new StepKept(new RolledTo(new Lsn(0x20), Optional.of(Instant.EPOCH), true)),
            "restore-server-stands/1 {}",
            new ServerStands(),
            "restore-attempt-discarded/1 {\"touched\":true}",
            new AttemptDiscarded(true),
            "restore-attempt-failed/1 {\"problem\":{\"error\":\"BAK-6108\",\"detail\":\"file f holds the path '..', which"
                    + " leaves the target directory\",\"hint\":\"Do not trust this file.\"}}",
            new AttemptFailed(BackupError.PATH_UNSAFE.problem("f", "..")));

    @Test
    void everyEventKeepsItsNameAndShapeInTheJournal() {
        ActorTestKit kit = ActorTestKit.create();
        try {
            var serialization = SerializationExtension.get(kit.system());
            EVENTS.forEach((recorded, event) -> {
                RestoreEvents serializer = (RestoreEvents) serialization.findSerializerFor(event);
                String[] parts = recorded.split(" ", 2);

                assertThat(serializer.manifest(event)).isEqualTo(parts[0]);
                assertThat(new String(serializer.toBinary(event), StandardCharsets.UTF_8))
                        .isEqualTo(parts[1]);
                assertThat(serializer.fromBinary(parts[1].getBytes(StandardCharsets.UTF_8), parts[0]))
                        .isEqualTo(event);
            });
        } finally {
            kit.shutdownTestKit();
        }
    }

    @Test
    void readsWhatWasRecordedBeforeThereWereSteps() {
        ActorTestKit kit = ActorTestKit.create();
        try {
            RestoreEvents serializer =
                    (RestoreEvents) SerializationExtension.get(kit.system()).findSerializerFor(SET_FOUND);
            String found = "{\"setId\":\"6b1f0c1e-8f0a-4f43-9f0e-1c2d3e4f5061\",\"dbname\":\"postgres\","
                    + "\"stripes\":[{\"file\":\"arn:aws:s3:::backups/a.bak\",\"plainBytes\":7}]}";

            assertThat(serializer.fromBinary(found.getBytes(StandardCharsets.UTF_8), "restore-set-found/1"))
                    .isEqualTo(
                            new SetFound(SET_FOUND.setId(), SET_FOUND.dbname(), SET_FOUND.stripes(), Optional.empty()));
            assertThat(serializer.fromBinary("{}".getBytes(StandardCharsets.UTF_8), "restore-attempt-discarded/1"))
                    .isEqualTo(new AttemptDiscarded(false));
        } finally {
            kit.shutdownTestKit();
        }
    }

    @Test
    void noEventIsForgotten() {
        assertThat(EVENTS.values())
                .extracting(Object::getClass)
                .containsExactlyInAnyOrder(RestoreEvent.class.getPermittedSubclasses());
    }
}

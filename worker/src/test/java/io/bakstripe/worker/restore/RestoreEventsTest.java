package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.serialization.SerializationExtension;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.worker.restore.RestoreEvent.AttemptDiscarded;
import io.bakstripe.worker.restore.RestoreEvent.AttemptFailed;
import io.bakstripe.worker.restore.RestoreEvent.FilesApplied;
import io.bakstripe.worker.restore.RestoreEvent.PartApplied;
import io.bakstripe.worker.restore.RestoreEvent.ServerOpened;
import io.bakstripe.worker.restore.RestoreEvent.SetFound;
import io.bakstripe.worker.restore.RestoreEvent.StripeFound;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class RestoreEventsTest {
    private static final Map<String, RestoreEvent> EVENTS = Map.of(
            "restore-set-found/1 {\"setId\":\"6b1f0c1e-8f0a-4f43-9f0e-1c2d3e4f5061\",\"dbname\":\"postgres\","
                    + "\"stripes\":[{\"file\":\"arn:aws:s3:::backups/a.bak\",\"plainBytes\":7}]}",
            new SetFound(
                    new BackupSetId(UUID.fromString("6b1f0c1e-8f0a-4f43-9f0e-1c2d3e4f5061")),
                    "postgres",
                    List.of(new StripeFound(SampleSet.arn("a.bak"), 7))),
            "restore-part-applied/1 {\"family\":1,\"part\":2,\"doneBytes\":3}",
            new PartApplied(1, 2, 3),
            "restore-files-applied/1 {}",
            new FilesApplied(),
            "restore-server-opened/1 {}",
            new ServerOpened(),
            "restore-attempt-discarded/1 {}",
            new AttemptDiscarded(),
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
    void noEventIsForgotten() {
        assertThat(EVENTS.values())
                .extracting(Object::getClass)
                .containsExactlyInAnyOrder(RestoreEvent.class.getPermittedSubclasses());
    }
}

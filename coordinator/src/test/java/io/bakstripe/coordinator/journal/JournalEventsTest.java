package io.bakstripe.coordinator.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.testkit.javadsl.TestKit;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.SnapshotKind;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.name.SnapshotId;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.BackupBasis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Run with {@code -Dgolden.write=true} to write the file of a new event; a file that is in a release is never written again. */
class JournalEventsTest {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "golden");
    private static ActorSystem system;
    private static JournalEvents events;

    @BeforeAll
    static void start() {
        system = ActorSystem.create("golden");
        events = new JournalEvents((ExtendedActorSystem) system);
    }

    @AfterAll
    static void stop() {
        TestKit.shutdownActorSystem(system);
    }

    private static Path file(String name) {
        return GOLDEN.resolve(name.replace('/', '-') + ".json");
    }

    @Test
    void hasASampleOfEveryEvent() {
        assertThat(EventSamples.all().stream().map(JournalEvent::getClass).collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(JournalEvents.NAMES.values().stream()
                        .map(type -> type.asSubclass(JournalEvent.class))
                        .collect(Collectors.toSet()));
    }

    @Test
    void readsEveryReleasedEventAndWritesItBackEqual() throws IOException {
        ObjectMapper json = new ObjectMapper();
        for (JournalEvent sample : EventSamples.all()) {
            String name = events.manifest(sample);
            if (Boolean.getBoolean("golden.write") && !Files.exists(file(name))) {
                Files.writeString(
                        file(name), json.readTree(events.toBinary(sample)).toPrettyString() + "\n");
            }
            byte[] golden = Files.readAllBytes(file(name));

            Object read = events.fromBinary(golden, name);

            assertThat(read).isEqualTo(sample);
            assertThat(json.readTree(events.toBinary(read))).isEqualTo(json.readTree(golden));
        }
    }

    /** Rows that were written before there were chains of backups lack some keys. */
    @Test
    void readsEventsOfAnEarlierShape() throws IOException {
        DatabaseEvent.TaskCreated created = (DatabaseEvent.TaskCreated) earlier("task-created/1");
        DatabaseEvent.BackupStarted backup = (DatabaseEvent.BackupStarted) earlier("backup-started/1");
        DatabaseEvent.RestoreStarted restore = (DatabaseEvent.RestoreStarted) earlier("restore-started/1");

        DatabaseEvent.CancelRequested cancel = (DatabaseEvent.CancelRequested) earlier("cancel-requested/1");

        assertThat(cancel.reason()).isEmpty();
        assertThat(cancel.login()).isEqualTo("me");
        assertThat(created.set()).isEmpty();
        assertThat(created.request()).isEqualTo(Samples.backup(Samples.SHOP, 2));
        assertThat(backup.basis()).isEqualTo(BackupBasis.full(false));
        assertThat(restore.set()).isEmpty();
    }

    /** Definitions that were recorded before there were windows and the option, and tasks that carry one. */
    @Test
    void readsDefinitionsWithoutWindowsAndOption() throws IOException {
        InstanceEvent.InstanceDeclared declared = (InstanceEvent.InstanceDeclared) earlier("instance-declared/1");
        DatabaseEvent.TaskCreated created = (DatabaseEvent.TaskCreated) earlier("task-created/1");

        assertThat(declared.definition()).isEqualTo(Samples.definition(3));
        assertThat(created.view().definition()).isEqualTo(Samples.definition(1));
        assertThat(declared.definition().windows()).isEqualTo(Windows.none());
        assertThat(declared.definition().option()).contains(BackupOption.DEFAULT);
    }

    @Test
    void writesASnapshotsRegistrationSoThatANativeOneReadsAsBefore() {
        InstanceEvent.TaskRegistered snapshot = new InstanceEvent.TaskRegistered(
                new TaskId(7),
                Samples.SHOP_REF,
                Samples.SHOP,
                new UUID(1, 2),
                Optional.empty(),
                false,
                Samples.NOON,
                true);

        assertThat(events.fromBinary(events.toBinary(snapshot), "task-registered/1"))
                .isEqualTo(snapshot);
    }

    @Test
    void aSnapshotsKeyIsReadAndMayBeAbsent() {
        DatabaseEvent.SnapshotWanted wanted = new DatabaseEvent.SnapshotWanted(
                new TaskId(7),
                new SnapshotId(new UUID(1, 2)),
                SnapshotKind.MANUAL,
                Samples.backup(Samples.SHOP, 2),
                Samples.view(),
                Optional.empty(),
                Optional.empty(),
                Samples.NOON,
                Optional.of(new CallKey("key", "hash")));

        assertThat(events.fromBinary(events.toBinary(wanted), "snapshot-wanted/1"))
                .isEqualTo(wanted);
        assertThat(((DatabaseEvent.SnapshotWanted) golden("snapshot-wanted/1")).key())
                .isEmpty();
    }

    private static Object golden(String name) {
        try {
            return events.fromBinary(Files.readAllBytes(file(name)), name);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Object earlier(String name) throws IOException {
        Path file = Path.of("src", "test", "resources", "earlier", name.replace('/', '-') + ".json");
        return events.fromBinary(Files.readAllBytes(file), name);
    }

    @Test
    void hasAFileForEveryNameAndNoOther() throws IOException {
        try (var files = Files.list(GOLDEN)) {
            assertThat(files.collect(Collectors.toSet()))
                    .containsExactlyInAnyOrderElementsOf(JournalEvents.NAMES.keySet().stream()
                            .map(JournalEventsTest::file)
                            .collect(Collectors.toSet()));
        }
    }

    @Test
    void failsOnAnUnknownName() {
        assertThatThrownBy(() -> events.fromBinary(new byte[] {'{', '}'}, "task-created/99"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("task-created/99");
    }
}

package io.bakstripe.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.coordinator.database.DatabaseSettings;
import io.bakstripe.coordinator.instance.InstanceSettings;
import io.bakstripe.coordinator.journal.Journal;
import io.bakstripe.coordinator.journal.JournalSettings;
import io.bakstripe.coordinator.retention.RetentionSettings;
import io.bakstripe.coordinator.snapshot.SnapshotRetention;
import io.bakstripe.coordinator.snapshot.SnapshotSettings;
import io.bakstripe.coordinator.status.StatusSettings;
import io.bakstripe.protocol.name.SnapshotId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CoordinatorSettingsTest {
    private static CoordinatorSettings settings(Map<String, ?> keys) {
        Config config = Journal.configuration(ConfigFactory.parseMap(keys));
        return CoordinatorSettings.from(config.getConfig("bakstripe"));
    }

    @Test
    void hasTheDocumentedDefaults() {
        CoordinatorSettings settings = settings(Map.of("bakstripe.journal.url", "jdbc:h2:mem:x"));

        assertThat(settings.role()).isEqualTo("coordinator");
        assertThat(settings.instance())
                .isEqualTo(new InstanceSettings(
                        2,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30),
                        100,
                        2,
                        Duration.ofMillis(500),
                        Duration.ofSeconds(10),
                        new SnapshotSettings("", "", 1, 2)));
        assertThat(settings.database())
                .isEqualTo(new DatabaseSettings(
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(10),
                        3,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(3),
                        Duration.ofSeconds(40),
                        Duration.ofSeconds(60),
                        100,
                        2,
                        Duration.ofMillis(500),
                        Duration.ofSeconds(10),
                        4,
                        new SnapshotSettings("", "", 1, 2)));
        assertThat(settings.status())
                .isEqualTo(new StatusSettings(
                        "coordinator",
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(12),
                        Duration.ofSeconds(45),
                        4,
                        4));
        assertThat(settings.retention()).isEqualTo(new RetentionSettings(Duration.ofDays(36), Duration.ofHours(6)));
        assertThat(settings.journal())
                .isEqualTo(new JournalSettings(JournalSettings.Kind.H2, "jdbc:h2:mem:x", "sa", "", 10));
    }

    @Test
    void takesSnapshotsWhereTheWorkersHaveAStorageForThem() {
        SnapshotSettings snapshots = settings(Map.of(
                        "bakstripe.journal.url", "jdbc:h2:mem:x",
                        "bakstripe.worker.snapshots.bucket", "snaps",
                        "bakstripe.worker.snapshots.prefix", "daily/"))
                .database()
                .snapshots();

        assertThat(snapshots.taken()).isTrue();
        assertThat(snapshots.target(Samples.INSTANCE, new SnapshotId(new UUID(1, 2))))
                .hasToString("arn:aws:s3:::snaps/daily/sandbox/00000000-0000-0001-0000-000000000002.bak");
        assertThat(new SnapshotSettings("snaps", "", 3, 1)
                        .target(Samples.INSTANCE, new SnapshotId(new UUID(1, 2)))
                        .key())
                .isEqualTo("sandbox/00000000-0000-0001-0000-000000000002-*.bak");
    }

    @Test
    void keepsSnapshotsAsTheWorkersHaveItAndDeletesNoneByDefault() {
        assertThat(settings(Map.of("bakstripe.journal.url", "jdbc:h2:mem:x"))
                        .database()
                        .snapshots()
                        .retention())
                .isEqualTo(SnapshotRetention.off());
        SnapshotSettings deleting = settings(Map.of(
                        "bakstripe.journal.url", "jdbc:h2:mem:x",
                        "bakstripe.worker.snapshots.bucket", "snaps",
                        "bakstripe.worker.snapshots.delete", "true",
                        "bakstripe.worker.snapshots.retention", "35 days",
                        "bakstripe.coordinator.snapshots.keep", 12,
                        "bakstripe.coordinator.snapshots.retention-of-manual", true,
                        "bakstripe.coordinator.snapshots.retention-round", "10 minutes",
                        "bakstripe.coordinator.snapshots.removal-limit", "30 s"))
                .database()
                .snapshots();
        assertThat(deleting.deleted()).isTrue();
        assertThat(deleting.retention())
                .isEqualTo(new SnapshotRetention(
                        true, Duration.ofDays(35), 12, true, Duration.ofMinutes(10), Duration.ofSeconds(30)));
        assertThat(new SnapshotSettings("", "", 1, 2, deleting.retention()).deleted())
                .isFalse();
    }

    @Test
    void refusesRetentionThatCannotBe() {
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of("keep", 0),
                Map.of("keep", SnapshotRetention.MOST + 1),
                Map.of("retention", "0 s"),
                Map.of("retention-round", "0 s"),
                Map.of("removal-limit", "0 s"))) {
            String key = wrong.keySet().iterator().next();
            assertThatThrownBy(() -> settings(Map.of(
                            "bakstripe.journal.url",
                            "jdbc:h2:mem:x",
                            "bakstripe.coordinator.snapshots." + key,
                            wrong.get(key))))
                    .hasMessageContaining("snapshots." + key);
        }
    }

    @Test
    void refusesSnapshotSettingsThatCannotBe() {
        assertThatThrownBy(() -> new SnapshotSettings("snaps", "", 11, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SnapshotSettings("snaps", "", 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SnapshotSettings("snaps", "a*/", 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void laysTheChosenJournalOverTheDefaults() {
        Config config = Journal.configuration(ConfigFactory.parseMap(Map.of(
                "bakstripe.journal.kind", "PostgreSQL",
                "bakstripe.journal.url", "jdbc:postgresql://db/journal",
                "bakstripe.journal.user", "bak",
                "bakstripe.journal.connections", 7)));

        assertThat(config.getString("akka.persistence.journal.plugin")).isEqualTo("jdbc-journal");
        Config db = config.getConfig("akka-persistence-jdbc.shared-databases.slick.db");
        assertThat(db.getString("url")).isEqualTo("jdbc:postgresql://db/journal");
        assertThat(db.getString("user")).isEqualTo("bak");
        assertThat(db.getInt("maxConnections")).isEqualTo(7);
        assertThat(db.getInt("numThreads")).isEqualTo(7);
        assertThat(config.getString("akka.projection.jdbc.dialect")).isEqualTo("postgres-dialect");
    }

    @Test
    void refusesNonsense() {
        assertThatThrownBy(() -> settings(Map.of())).hasMessageContaining("bakstripe.journal.url");
        assertThatThrownBy(() -> settings(Map.of("bakstripe.journal.kind", "oracle")))
                .hasMessageContaining("oracle");
        assertThatThrownBy(() -> settings(
                        Map.of("bakstripe.journal.url", "jdbc:h2:mem:x", "bakstripe.coordinator.running-slots", 0)))
                .hasMessageContaining("running-slots");
        assertThatThrownBy(() -> settings(
                        Map.of("bakstripe.journal.url", "jdbc:h2:mem:x", "bakstripe.coordinator.history-kept", "23 h")))
                .hasMessageContaining("history-kept");
        assertThatThrownBy(() -> settings(
                        Map.of("bakstripe.journal.url", "jdbc:h2:mem:x", "bakstripe.coordinator.trim-every", "0 s")))
                .hasMessageContaining("trim-every");
    }

    @Test
    void masksThePassword() {
        assertThat(new JournalSettings(JournalSettings.Kind.H2, "jdbc:h2:mem:x", "sa", "secret", 10).toString())
                .doesNotContain("secret");
    }
}

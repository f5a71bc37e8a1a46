package io.bakstripe.worker.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotSettingsTest {
    private static Config config(Map<String, Object> given) {
        return ConfigFactory.parseMap(given)
                .withFallback(ConfigFactory.defaultReference().getConfig("bakstripe.worker"));
    }

    private static SnapshotSettings settings(Map<String, Object> given) {
        Map<String, Object> all = new HashMap<>(given);
        all.putIfAbsent("snapshots.bucket", "kept");
        return SnapshotSettings.from(config(all)).orElseThrow();
    }

    @Test
    void thereAreNoSnapshotsWithoutABucket() {
        assertThat(SnapshotSettings.from(config(Map.of("snapshots.delete", true))))
                .isEmpty();
    }

    @Test
    void aWeekIsKeptAndNothingDeletedByDefault() {
        SnapshotSettings settings = settings(Map.of());

        assertThat(settings.prefix()).isEqualTo("snapshots/");
        assertThat(settings.retention()).isEqualTo(Duration.ofDays(7));
        assertThat(settings.delete()).isFalse();
    }

    @Test
    void nothingThatSaysWhereTheStoreIsOrWhoWeAreFallsBackToThatOfNativeBackups() {
        SnapshotSettings settings = settings(Map.of(
                "store.endpoint", "https://store.example",
                "store.path-style", true,
                "store.region", "eu-north-1",
                "store.access-key", "AK",
                "store.secret-key", "SK",
                "store.read-timeout", "7 s"));

        StoreSettings store = settings.store();
        assertThat(store.endpoint()).isEmpty();
        assertThat(store.pathStyle()).isFalse();
        assertThat(store.region()).isEqualTo("us-east-1");
        assertThat(store.accessKey()).isEmpty();
        assertThat(store.secretKey().isEmpty()).isTrue();
        assertThat(store.readTimeout()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void readsEveryKey() {
        SnapshotSettings settings = settings(Map.of(
                "snapshots.bucket", "elsewhere",
                "snapshots.prefix", "a/b/",
                "snapshots.endpoint", "https://snapshots.example",
                "snapshots.path-style", true,
                "snapshots.region", "eu-west-1",
                "snapshots.access-key", "SNAP",
                "snapshots.secret-key", "hidden",
                "snapshots.retention", "30 days",
                "snapshots.delete", true));

        assertThat(settings.bucket()).isEqualTo("elsewhere");
        assertThat(settings.prefix()).isEqualTo("a/b/");
        assertThat(settings.store().endpoint()).contains(URI.create("https://snapshots.example"));
        assertThat(settings.store().pathStyle()).isTrue();
        assertThat(settings.store().region()).isEqualTo("eu-west-1");
        assertThat(settings.store().accessKey()).isEqualTo(Optional.of("SNAP"));
        assertThat(settings.retention()).isEqualTo(Duration.ofDays(30));
        assertThat(settings.delete()).isTrue();
        assertThat(settings.toString()).doesNotContain("hidden");
    }

    @ParameterizedTest
    @CsvSource({
        "prefix, /a/, prefix must be like a/b/",
        "prefix, a, prefix must be like a/b/",
        "retention, 0 s, retention must be positive",
        "access-key, AK, access-key and secret-key go together"
    })
    void refusesWhatIsOutOfRange(String key, String value, String message) {
        assertThatThrownBy(() -> settings(Map.of("snapshots." + key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}

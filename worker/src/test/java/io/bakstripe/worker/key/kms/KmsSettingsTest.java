package io.bakstripe.worker.key.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KmsSettingsTest {
    private static KmsSettings settings(Map<String, Object> given) {
        return KmsSettings.from(ConfigFactory.parseMap(given)
                .withFallback(ConfigFactory.defaultReference().getConfig("bakstripe.worker")));
    }

    @Test
    void hasRegionCredentialsAndRepetitionsOfTheStoreByDefault() {
        KmsSettings settings = settings(Map.of(
                "store.region", "eu-north-1",
                "store.endpoint", "http://127.0.0.1:1",
                "store.access-key", "AK",
                "store.secret-key", "SK",
                "store.retry.repetitions", 3));

        assertThat(settings.endpoint()).isEmpty();
        assertThat(settings.region()).isEqualTo("eu-north-1");
        assertThat(settings.accessKey()).contains("AK");
        assertThat(settings.secretKey().value()).isEqualTo("SK");
        assertThat(settings.retry().repetitions()).isEqualTo(3);
        assertThat(settings.toString()).doesNotContain("SK");
    }

    @Test
    void credentialsOfItsOwnAreNeverMixedWithTheStores() {
        Map<String, Object> own = Map.of(
                "store.access-key", "AK", "store.secret-key", "SK", "kms.access-key", "AK2", "kms.secret-key", "SK2");
        assertThat(settings(own).accessKey()).contains("AK2");
        assertThat(settings(own).secretKey().value()).isEqualTo("SK2");
        assertThatThrownBy(() ->
                        settings(Map.of("store.access-key", "AK", "store.secret-key", "SK", "kms.access-key", "AK2")))
                .hasMessage("kms: access-key and secret-key go together");
    }

    @ParameterizedTest
    @CsvSource({
        "store.region, ' ', region must not be empty",
        "kms.connect-timeout, 0 s, connect-timeout must be positive",
        "kms.api-call-timeout, 1 s, api-call-timeout is less than connect-timeout"
    })
    void refusesWhatCannotWork(String key, String value, String text) {
        assertThatThrownBy(() -> settings(Map.of(key, value))).hasMessage("kms: " + text);
    }
}

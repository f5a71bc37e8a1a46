package io.bakstripe.protocol.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.EncryptionMode;
import io.bakstripe.protocol.stripe.EncryptionSpec;
import io.bakstripe.protocol.stripe.Storage;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of a call's key and mode on an instance, and how the instance's choice is recorded. */
class InstanceEncryptionTest {
    private static final KeyArn NAMED = key("named");
    private static final KeyArn SECOND = key("second");
    private static final KeyArn THIRD = key("third");
    private static final InstanceEncryption AUTHENTICATED =
            new InstanceEncryption(EncryptionMode.AUTHENTICATED, List.of(SECOND, NAMED, THIRD), true);
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .serializationInclusion(JsonInclude.Include.NON_ABSENT)
            .build();

    private static KeyArn key(String id) {
        return KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/" + id);
    }

    private static BackupRequest backup(Optional<KeyArn> key, Optional<EncryptionMode> mode) {
        return new BackupRequest(
                new DatabaseName("shop"),
                BackupType.FULL,
                S3Arn.parse("arn:aws:s3:::bucket/shop.bak"),
                false,
                1,
                false,
                key,
                mode);
    }

    @Test
    void aBackupWithoutAKeyIsNotEncryptedWhateverIsDeclared() {
        assertThat(AUTHENTICATED.of(backup(Optional.empty(), Optional.empty()))).isEmpty();
        assertThat(InstanceEncryption.DEFAULT.of(backup(Optional.empty(), Optional.empty())))
                .isEmpty();
    }

    @Test
    void theInstanceChoosesTheModeOfACallThatDoesNot() {
        BackupRequest call = backup(Optional.of(NAMED), Optional.empty());

        assertThat(InstanceEncryption.DEFAULT.of(call))
                .contains(new EncryptionSpec(EncryptionMode.ENCRYPTION_ONLY, List.of(NAMED)));
        assertThat(AUTHENTICATED.of(call).map(EncryptionSpec::mode)).contains(EncryptionMode.AUTHENTICATED);
    }

    @Test
    void aCallMayChooseAnotherMode() {
        BackupRequest authenticated = backup(Optional.of(NAMED), Optional.of(EncryptionMode.AUTHENTICATED));
        BackupRequest encryptionOnly = backup(Optional.of(NAMED), Optional.of(EncryptionMode.ENCRYPTION_ONLY));

        assertThat(InstanceEncryption.DEFAULT.of(authenticated))
                .contains(new EncryptionSpec(EncryptionMode.AUTHENTICATED, List.of(NAMED)));
        assertThat(AUTHENTICATED.of(encryptionOnly))
                .as("encryption-only has one key")
                .contains(new EncryptionSpec(EncryptionMode.ENCRYPTION_ONLY, List.of(NAMED)));
    }

    @Test
    void theKeyThatACallNamesComesFirstAndOnce() {
        assertThat(AUTHENTICATED
                        .of(backup(Optional.of(NAMED), Optional.empty()))
                        .orElseThrow()
                        .keys())
                .containsExactly(NAMED, SECOND, THIRD);
    }

    @Test
    void snapshotsAreRestoredWhateverIsRequired() {
        assertThat(AUTHENTICATED.requiresAuthenticated(Storage.NATIVE)).isTrue();
        assertThat(AUTHENTICATED.requiresAuthenticated(Storage.SNAPSHOTS)).isFalse();
        assertThat(InstanceEncryption.DEFAULT.requiresAuthenticated(Storage.NATIVE))
                .isFalse();
    }

    @Test
    void tooManyKeysAndDoubledOnesAreRefused() {
        List<KeyArn> ten = IntStream.range(0, InstanceEncryption.MAX_ADDITIONAL_KEYS + 1)
                .mapToObj(number -> key("k" + number))
                .toList();

        assertThatThrownBy(() -> new InstanceEncryption(EncryptionMode.AUTHENTICATED, ten, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there may be 9");
        assertThatThrownBy(() ->
                        new InstanceEncryption(EncryptionMode.AUTHENTICATED, List.of(SECOND, THIRD, SECOND), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("twice");
    }

    @Test
    void aDefinitionIsReadBackWithItsEncryption() throws JsonProcessingException {
        InstanceDefinition definition = definition(AUTHENTICATED);

        String json = JSON.writeValueAsString(definition);

        assertThat(json)
                .contains("\"encryption\":{\"mode\":\"AUTHENTICATED\",\"additionalKeys\":[\"" + SECOND + "\"")
                .contains("\"requireAuthenticated\":true");
        assertThat(JSON.readValue(json, InstanceDefinition.class)).isEqualTo(definition);
    }

    @Test
    void theDefaultIsRecordedAsBeforeThereWasAChoice() throws JsonProcessingException {
        InstanceDefinition definition = definition(InstanceEncryption.DEFAULT);

        String json = JSON.writeValueAsString(definition);

        assertThat(json).doesNotContain("encryption");
        assertThat(JSON.readValue(json, InstanceDefinition.class)).isEqualTo(definition);
    }

    private static InstanceDefinition definition(InstanceEncryption encryption) {
        return new InstanceDefinition(
                new InstanceName("main"),
                1,
                "postgresql",
                Edition.ENTERPRISE,
                "us-east-1",
                "UTC",
                false,
                Optional.empty(),
                List.of(),
                Windows.none(),
                Optional.of(BackupOption.DEFAULT),
                encryption);
    }
}

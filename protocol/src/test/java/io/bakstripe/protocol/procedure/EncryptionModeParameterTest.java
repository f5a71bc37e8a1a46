package io.bakstripe.protocol.procedure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.stripe.EncryptionMode;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code encryption_mode} of the calls that make backups. */
class EncryptionModeParameterTest {
    private static final String KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd";

    private static BackupRequest read(String mode, String key, boolean log) {
        Map<String, Object> raw = new HashMap<>(
                Map.of("source_db_name", "shop", "s3_arn_to_backup_to", "arn:aws:s3:::bucket/shop.bak"));
        if (!mode.isEmpty()) {
            raw.put("encryption_mode", mode);
        }
        if (!key.isEmpty()) {
            raw.put("kms_master_key_arn", key);
        }
        return log
                ? BackupRequest.ofLog(Procedure.RDS_BACKUP_LOG.bind(raw))
                : BackupRequest.of(Procedure.RDS_BACKUP_DATABASE.bind(raw));
    }

    @ParameterizedTest
    @CsvSource({
        "authenticated, AUTHENTICATED",
        "Authenticated, AUTHENTICATED",
        "encryption-only, ENCRYPTION_ONLY",
        "ENCRYPTION-ONLY, ENCRYPTION_ONLY",
    })
    void isReadInAnyCase(String word, EncryptionMode mode) {
        assertThat(read(word, KEY, false).encryptionMode()).contains(mode);
        assertThat(read(word, KEY, true).encryptionMode()).contains(mode);
    }

    @Test
    void isLeftToTheInstanceWhereACallDoesNotNameIt() {
        assertThat(read("", KEY, false).encryptionMode()).isEmpty();
        assertThat(read("", "", false).encryptionMode()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isRefusedWithoutAKey(boolean log) {
        assertThatThrownBy(() -> read("authenticated", "", log))
                .isInstanceOfSatisfying(BakstripeException.class, refused -> {
                    assertThat(refused.problem().error()).isEqualTo(BackupError.ENCRYPTION_MODE_WITHOUT_KEY);
                    assertThat(refused.problem().parameter()).contains("encryption_mode");
                });
    }

    @Test
    void anotherWordIsRefusedWithThoseThatThereAre() {
        assertThatThrownBy(() -> read("none", KEY, false))
                .isInstanceOfSatisfying(BakstripeException.class, refused -> {
                    assertThat(refused.problem().error()).isEqualTo(BackupError.PARAMETER_VALUE);
                    assertThat(refused.problem().detail()).contains("encryption-only or authenticated");
                });
    }

    @Test
    void isNoParameterOfARestore() {
        assertThatThrownBy(() -> Procedure.RDS_RESTORE_DATABASE.bind(Map.of("encryption_mode", "authenticated")))
                .isInstanceOfSatisfying(
                        BakstripeException.class,
                        refused -> assertThat(refused.problem().error()).isEqualTo(BackupError.PARAMETER_UNKNOWN));
    }
}

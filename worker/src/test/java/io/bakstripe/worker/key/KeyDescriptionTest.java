package io.bakstripe.worker.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.KeyArn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which keys encrypt backups (rows L14 and B2). */
class KeyDescriptionTest {
    private static final KeyArn KEY = KeyArn.parse("arn:aws:kms:us-east-1:123456789012:key/1234");

    @Test
    void aSymmetricKeyOfTheCustomersThatIsEnabledIsTaken() {
        assertThat(new KeyDescription(KEY, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", false, "Enabled").refusal())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "RSA_2048, ENCRYPT_DECRYPT, false, Enabled, KEY_ASYMMETRIC, RSA_2048",
        "ECC_NIST_P256, SIGN_VERIFY, false, Disabled, KEY_ASYMMETRIC, SIGN_VERIFY",
        "HMAC_256, GENERATE_VERIFY_MAC, false, Enabled, KEY_ASYMMETRIC, HMAC_256",
        "SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT, true, Enabled, KEY_AWS_MANAGED, of your own",
        "SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT, false, Disabled, KEY_DISABLED, Enable the key",
        "SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT, false, PendingDeletion, KEY_NOT_USABLE, Cancel the deletion",
        "SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT, false, PendingImport, KEY_NOT_USABLE, import",
        "SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT, false, SomethingNew, KEY_NOT_USABLE, then call again"
    })
    void othersAreRefused(
            String spec, String usage, boolean awsManaged, String state, BackupError error, String inHint) {
        Problem refusal = new KeyDescription(KEY, spec, usage, awsManaged, state)
                .refusal()
                .orElseThrow();

        assertThat(refusal.error()).isEqualTo(error);
        assertThat(refusal.detail()).contains(KEY.toString());
        assertThat(refusal.hint()).contains(inHint);
    }
}

package io.bakstripe.protocol.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyArnTest {
    private static final String ARN = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    @Test
    void readsAndWritesAnArn() {
        assertThat(KeyArn.parse(ARN).region()).isEqualTo("eu-west-1");
        assertThat(KeyArn.parse(ARN)).hasToString(ARN);
        assertThat(KeyArn.parse("arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1")
                        .keyId())
                .isEqualTo("mrk-1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1234abcd-12ab-34cd-56ef-1234567890ab",
                "arn:aws:kms:eu-west-1:123456789012:alias/mine",
                "arn:aws:kms:eu-west-1:12345:key/1",
                "arn:aws:kms::123456789012:key/1",
                "arn:aws:s3:::bucket/key",
                "arn:aws:kms:eu-west-1:123456789012:key/1\n"
            })
    void refusesWhatIsNoneWithTheTextThatWasGiven(String text) {
        assertThatThrownBy(() -> KeyArn.parse(text)).isInstanceOfSatisfying(BakstripeException.class, refused -> {
            assertThat(refused.problem().error()).isEqualTo(BackupError.KEY_ARN_MALFORMED);
            assertThat(refused.problem().detail()).contains("'" + text + "'");
        });
    }
}

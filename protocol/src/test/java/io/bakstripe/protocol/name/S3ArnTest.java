package io.bakstripe.protocol.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BakstripeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3ArnTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "arn:aws:s3:::bucket/file.bak",
                "arn:aws:s3:::my.bucket-1/folder/sub/file",
                "arn:aws:s3:::bucket/a*b*.bak",
                "arn:aws:s3:::bucket/größe 数据 +%20",
                "arn:aws:s3:::bucket//file"
            })
    void isWrittenAsItWasRead(String text) {
        assertThat(S3Arn.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bucket/file",
                "s3://bucket/file",
                "arn:aws:s3:::bucket",
                "arn:aws:s3:::bucket/",
                "arn:aws:s3:::bucket/folder/",
                "arn:aws:s3:::/file",
                "arn:aws:s3::123456789012:bucket/file",
                "arn:aws:s3:us-east-1::bucket/file",
                "arn:aws:kms:::bucket/file",
                "ARN:AWS:S3:::bucket/file",
                "arn:aws:s3:::Bucket/file",
                "arn:aws:s3:::ab/file",
                "arn:aws:s3:::b*t/file",
                "arn:aws:s3:::-bucket/file",
                "arn:aws:s3:::bucket/a\nb",
                "arn:aws:s3:::bucket/\ud800",
                " arn:aws:s3:::bucket/file"
            })
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> S3Arn.parse(text))
                .isInstanceOf(BakstripeException.class)
                .hasMessageStartingWith("BAK-1007");
    }

    @Test
    void takesKeysOf1024BytesNotCharacters() {
        assertThat(S3Arn.parse("arn:aws:s3:::bucket/" + "ä".repeat(512)).key()).hasSize(512);
        assertThatThrownBy(() -> S3Arn.parse("arn:aws:s3:::bucket/" + "ä".repeat(513)))
                .isInstanceOf(BakstripeException.class);
    }

    @Test
    void splitsFolderAndFileName() {
        S3Arn arn = S3Arn.parse("arn:aws:s3:::bucket/a/b/c.bak");

        assertThat(arn.folder()).isEqualTo("a/b/");
        assertThat(arn.fileName()).isEqualTo("c.bak");
        assertThat(S3Arn.parse("arn:aws:s3:::bucket/c.bak").folder()).isEmpty();
        assertThat(arn.withKey("x")).hasToString("arn:aws:s3:::bucket/x");
    }
}

package io.bakstripe.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.rewrap.Rewrapped;
import io.bakstripe.worker.store.ObjectRewriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** Whatever happens while keys are changed, each file opens with the key of before or the one of afterwards. */
class RewrapFaultsSandboxTest extends RewrapSandbox {
    @Test
    void aRunThatBreaksOffLeavesEachFileWithOneKeyOrTheOtherAndIsEndedByTheNextOne() {
        List<S3Arn> set = List.of(file("1.bak"), file("2.bak"), file("3.bak"));
        for (int family = 1; family <= set.size(); family++) {
            files.encryptionOnly(set.get(family - 1), main, family, set.size());
        }
        ObjectRewriter real = stores.rewriter(OWN, WHOLE);
        ObjectRewriter dying = (object, metadata, parts) -> {
            if (object.file().equals(set.get(1))) {
                throw new IllegalStateException("the process ends here");
            }
            return real.rewrite(object, metadata, parts);
        };

        assertThat(catchThrowable(() -> rewrap(dying).run(set, replace(), told::add)))
                .isInstanceOf(IllegalStateException.class);
        opened(set.get(0), second);
        opened(set.get(1), main);
        opened(set.get(2), main);
        told.clear();

        run(WHOLE, replace(), file("*.bak"));

        assertThat(told).extracting(Rewrapped::changed).containsExactly(false, true, true);
        set.forEach(file -> opened(file, second));
    }

    @Test
    void aCopyOfPartsThatFailsIsAbortedAndTheFileIsAsItWas() {
        S3Arn file = file("shop.bak");
        files.encryptionOnly(file, main, 1, 1);
        HeadObjectResponse before = seen(file);
        sandbox.rules("{\"fault\": \"error\", \"on\": [\"UploadPartCopy\"], \"status\": 403, \"after\": 1}");

        assertThat(failure(() -> run(IN_PARTS, replace(), file))).isEqualTo(BackupError.ACCESS_DENIED);

        sandbox.end();
        assertThat(uploads()).isEmpty();
        requireUntouched(file, before);
        opened(file, main);
    }

    @ParameterizedTest
    @CsvSource({
        "CopyObject, " + WHOLE,
        "UploadPartCopy, " + IN_PARTS,
        "CompleteMultipartUpload, " + IN_PARTS,
        "PutObject, " + WHOLE
    })
    void anAnswerThatIsLostIsNoReasonToFail(String action, long largestCopy) {
        S3Arn one = file("a.bak");
        S3Arn other = file("b.bak");
        files.encryptionOnly(one, main, 1, 1);
        files.authenticated(other, main);
        sandbox.rules("{\"fault\": \"lost\", \"on\": [\"" + action + "\"], \"count\": 1}");

        run(largestCopy, replace(), one, other);

        opened(one, second);
        opened(other, second);
        assertThat(uploads()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {WHOLE, IN_PARTS})
    void aFileThatIsReplacedMeanwhileIsNotReplacedByItsPredecessor(long largestCopy) {
        S3Arn file = file("shop.bak");
        files.encryptionOnly(file, main, 1, 1);
        ObjectRewriter real = stores.rewriter(OWN, largestCopy);
        ObjectRewriter late = (object, metadata, parts) -> {
            files.encryptionOnly(file, main, 1, 1);
            return real.rewrite(object, metadata, parts);
        };

        Problem problem = Problem.of(catchThrowable(() -> rewrap(late).run(List.of(file), replace(), told::add)));

        assertThat(problem.error()).isEqualTo(BackupError.FILE_CHANGED);
        assertThat(problem.hint()).contains("run the command again");

        opened(file, main);
        assertThat(uploads()).isEmpty();
        assertThat(told).isEmpty();
    }

    @Test
    void aFileThatDoesNotOpenAfterItsCopyIsReportedWithWhatWasThereBefore() {
        S3Arn file = file("shop.bak");
        files.encryptionOnly(file, main, 1, 1);
        String wrapped = seen(file).metadata().get("x-amz-key-v2");
        ObjectRewriter forgetful =
                (object, metadata, parts) -> stores.rewriter(OWN, WHOLE).rewrite(object, Map.of(), parts);

        Problem problem = Problem.of(catchThrowable(() -> rewrap(forgetful).run(List.of(file), replace(), told::add)));

        assertThat(problem.error()).isEqualTo(BackupError.REWRAP_UNPROVEN);
        assertThat(problem.hint()).contains(wrapped);
    }
}

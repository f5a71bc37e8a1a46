package io.bakstripe.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.sandbox.kms.KeyRing.Wanted;
import io.bakstripe.worker.key.WrappedKey;
import io.bakstripe.worker.rewrap.KeyChange;
import io.bakstripe.worker.rewrap.Rewrapped;
import io.bakstripe.worker.seal.KeyObject;
import io.bakstripe.worker.seal.KeyObjectStore;
import io.bakstripe.worker.seal.SealedFile;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** Keys of stored files are changed, or not where anything speaks against it. */
class RewrapSandboxTest extends RewrapSandbox {
    @ParameterizedTest
    @ValueSource(longs = {WHOLE, IN_PARTS})
    void anEncryptedFileIsCopiedAndOpensWithTheOtherKeyOnly(long largestCopy) {
        S3Arn file = file("shop.bak");
        files.encryptionOnly(file, main, 1, 1);
        HeadObjectResponse before = seen(file);

        List<Rewrapped> done = run(largestCopy, replace(), file);

        assertThat(opened(file, second).header().family()).isEqualTo(1);
        assertThat(failure(() -> opened(file, main))).isEqualTo(BackupError.KEY_WRONG);
        HeadObjectResponse now = seen(file);
        assertThat(now.contentLength()).isEqualTo(before.contentLength());
        assertThat(now.contentType()).isEqualTo(before.contentType());
        assertThat(now.metadata()).containsEntry(StoredFiles.MARK, "yes").hasSameSizeAs(before.metadata());
        assertThat(now.metadata().get("x-amz-iv")).isEqualTo(before.metadata().get("x-amz-iv"));
        assertThat(now.metadata().get("x-amz-matdesc")).isEqualTo("{\"kms_cmk_id\":\"" + second + "\"}");
        assertThat(done).isEqualTo(told).hasSize(1);
        assertThat(done.get(0).changed()).isTrue();
        assertThat(done.get(0).keys()).containsExactly(second);
        assertThat(uploads()).isEmpty();
    }

    @Test
    void partsOfALargeCopyAreThoseOfTheUpload() {
        S3Arn file = file("shop.bak");
        files.encryptionOnly(file, main, 1, 1);
        run(IN_PARTS, replace(), file);

        assertThat(seen(file).eTag())
                .as("three parts: two of data, and the trailer")
                .endsWith("-3\"");
    }

    @Test
    void ofAnAuthenticatedFileOnlyTheKeyObjectIsReplaced() {
        S3Arn file = file("shop.bak");
        SealedFile sealed = files.authenticated(file, main);
        HeadObjectResponse before = seen(file);
        KeyObject was = await(new KeyObjectStore(store).of(file));

        List<Rewrapped> done = run(WHOLE, replace(), file);

        requireUntouched(file, before);
        opened(file, second);
        assertThat(failure(() -> opened(file, main))).isEqualTo(BackupError.KEY_NOT_OF_FILE);
        assertThat(done.get(0).keys()).containsExactly(second);
        KeyObject now = await(new KeyObjectStore(store).of(file));
        assertThat(now.files()).hasSize(2);
        assertThat(now.files().get(1))
                .as("that of another file")
                .isEqualTo(was.files().get(1));
        assertThat(now.files().get(0).createdAt()).isEqualTo(sealed.entry().createdAt());
    }

    @Test
    void anAuthenticatedFileTakesAKeyMoreAndGivesOneAwayButNotItsLast() {
        S3Arn file = file("shop.bak");
        files.authenticated(file, main);

        assertThat(run(WHOLE, new KeyChange.Add(main, second), file).get(0).keys())
                .containsExactly(main, second);
        opened(file, main);
        opened(file, second);

        assertThat(run(WHOLE, new KeyChange.Remove(main, Optional.of(second)), file)
                        .get(0)
                        .keys())
                .containsExactly(second);
        assertThat(failure(() -> opened(file, main))).isEqualTo(BackupError.KEY_NOT_OF_FILE);

        HeadObjectResponse before = seen(KeyObject.of(file));
        assertThat(failure(() -> run(WHOLE, new KeyChange.Remove(second, Optional.empty()), file)))
                .isEqualTo(BackupError.KEY_LAST);
        requireUntouched(KeyObject.of(file), before);
        opened(file, second);
    }

    @Test
    void replacingAKeyByOneThatTheFileHasAlreadyTakesItAway() {
        S3Arn file = file("shop.bak");
        files.authenticated(file, main, second);

        assertThat(run(WHOLE, replace(), file).get(0).keys()).containsExactly(second);

        opened(file, second);
    }

    @Test
    void aKeyThatIsGoneForGoodIsTakenAwayWithoutBeingAsked() {
        S3Arn file = file("shop.bak");
        SealedFile sealed = files.authenticated(file, main);
        KeyArn gone = KeyArn.parse(main.toString().replaceAll("key/.*", "key/00000000-0000-0000-0000-000000000000"));
        await(new KeyObjectStore(store).change(file, all -> with(all, sealed.entry(), gone)));

        assertThat(run(WHOLE, new KeyChange.Remove(gone, Optional.empty()), file)
                        .get(0)
                        .keys())
                .containsExactly(main);

        opened(file, main);
    }

    @Test
    void aKeyIsNotTakenAwayWhereNoOtherOneOpensTheFile() {
        S3Arn file = file("shop.bak");
        SealedFile sealed = files.authenticated(file, main);
        KeyArn gone = KeyArn.parse(main.toString().replaceAll("key/.*", "key/00000000-0000-0000-0000-000000000000"));
        await(new KeyObjectStore(store).change(file, all -> with(all, sealed.entry(), gone)));
        HeadObjectResponse before = seen(KeyObject.of(file));

        assertThat(failure(() -> run(WHOLE, new KeyChange.Remove(main, Optional.empty()), file)))
                .isEqualTo(BackupError.KEY_UNKNOWN);
        assertThat(failure(() -> run(WHOLE, new KeyChange.Replace(main, gone), file)))
                .isEqualTo(BackupError.KEY_UNKNOWN);

        requireUntouched(KeyObject.of(file), before);
        opened(file, main);
    }

    @Test
    void askedAgainItOpensTheFilesAndWritesNothing() {
        S3Arn one = file("a.bak");
        S3Arn other = file("b.bak");
        files.encryptionOnly(one, main, 1, 1);
        files.authenticated(other, main);
        run(WHOLE, replace(), file("*"));
        List<HeadObjectResponse> before = List.of(seen(one), seen(KeyObject.of(other)));
        told.clear();

        run(WHOLE, replace(), file("*"));

        requireUntouched(one, before.get(0));
        requireUntouched(KeyObject.of(other), before.get(1));
        assertThat(told).extracting(Rewrapped::changed).containsExactly(false, false);
        assertThat(told).extracting(Rewrapped::file).containsExactly(one, other);
    }

    @ParameterizedTest
    @CsvSource({
        "ASYMMETRIC, KEY_ASYMMETRIC",
        "AWS_MANAGED, KEY_AWS_MANAGED",
        "DISABLED, KEY_DISABLED",
        "PENDING_DELETION, KEY_NOT_USABLE",
        "ELSEWHERE, KEY_REGION"
    })
    void aKeyThatEncryptsNothingIsRefused(Wanted wanted, BackupError error) {
        S3Arn file = file("shop.bak");
        files.authenticated(file, main);
        HeadObjectResponse before = seen(KeyObject.of(file));

        assertThat(failure(() -> run(WHOLE, new KeyChange.Replace(main, key(wanted)), file)))
                .isEqualTo(error);
        assertThat(failure(() -> run(WHOLE, new KeyChange.Add(main, key(wanted)), file)))
                .isEqualTo(error);

        requireUntouched(KeyObject.of(file), before);
    }

    @Test
    void whereOneFileIsRefusedNoneIsChanged() {
        S3Arn good = file("a.bak");
        S3Arn sealed = file("b.bak");
        files.encryptionOnly(good, main, 1, 1);
        files.authenticated(sealed, main);
        S3Arn plain = file("c.bak");
        files.plain(plain);
        HeadObjectResponse before = seen(good);
        HeadObjectResponse keysBefore = seen(KeyObject.of(sealed));

        assertThat(failure(() -> run(WHOLE, replace(), good, sealed, plain))).isEqualTo(BackupError.FILE_NOT_ENCRYPTED);
        assertThat(failure(() -> run(WHOLE, replace(), good, sealed, file("none.bak"))))
                .isEqualTo(BackupError.FILE_UNKNOWN);
        assertThat(failure(() -> run(WHOLE, replace(), sealed, KeyObject.of(sealed))))
                .isEqualTo(BackupError.NOT_A_BACKUP);
        assertThat(failure(() -> run(WHOLE, new KeyChange.Add(main, second), sealed, good)))
                .isEqualTo(BackupError.KEY_ALONE);
        assertThat(failure(() -> run(WHOLE, new KeyChange.Remove(second, Optional.empty()), good)))
                .isEqualTo(BackupError.KEY_ALONE);

        requireUntouched(good, before);
        requireUntouched(KeyObject.of(sealed), keysBefore);
        assertThat(told).isEmpty();
    }

    @Test
    void aKeyThatIsNotTheFilesIsRefused() {
        S3Arn one = file("a.bak");
        S3Arn other = file("b.bak");
        files.encryptionOnly(one, main, 1, 1);
        files.authenticated(other, main);
        KeyChange wrong = new KeyChange.Replace(third(main), second);
        HeadObjectResponse before = seen(one);
        HeadObjectResponse keysBefore = seen(KeyObject.of(other));

        assertThat(failure(() -> run(WHOLE, wrong, one))).isEqualTo(BackupError.KEY_UNKNOWN);
        assertThat(failure(() -> run(WHOLE, wrong, other))).isEqualTo(BackupError.KEY_NOT_OF_FILE);
        assertThat(failure(() -> run(WHOLE, new KeyChange.Add(third(main), second), other)))
                .isEqualTo(BackupError.KEY_NOT_OF_FILE);
        assertThat(failure(() -> run(WHOLE, new KeyChange.Remove(main, Optional.of(second)), other)))
                .isEqualTo(BackupError.KEY_LAST);

        requireUntouched(one, before);
        requireUntouched(KeyObject.of(other), keysBefore);
    }

    @Test
    void otherKeysOfTheFileStayWhereTheyAre() {
        S3Arn file = file("shop.bak");
        SealedFile sealed = files.authenticated(file, main);
        KeyArn gone = third(main);
        KeyObjectStore store = new KeyObjectStore(this.store);
        StoredObject before = await(this.store.head(file)).orElseThrow();
        await(store.change(file, all -> with(all, sealed.entry(), gone)));

        run(WHOLE, replace(), file);

        assertThat(await(store.of(file))
                        .entry(sealed.entry().dataKeyId())
                        .orElseThrow()
                        .keys())
                .extracting(WrappedKey::key)
                .containsExactly(second, gone);
        assertThat(await(this.store.head(file))).contains(before);
    }
}

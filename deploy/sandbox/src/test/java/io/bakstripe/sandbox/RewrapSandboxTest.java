package io.bakstripe.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.sandbox.kms.KeyRing.Wanted;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.WrappedKey;
import io.bakstripe.worker.key.kms.KmsKeys;
import io.bakstripe.worker.key.kms.KmsSettings;
import io.bakstripe.worker.restore.FileInspection;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.restore.RestoreSettings;
import io.bakstripe.worker.rewrap.KeyChange;
import io.bakstripe.worker.rewrap.Rewrap;
import io.bakstripe.worker.rewrap.Rewrapped;
import io.bakstripe.worker.seal.KeyObject;
import io.bakstripe.worker.seal.KeyObject.Entry;
import io.bakstripe.worker.seal.KeyObjectStore;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.seal.SealedFile;
import io.bakstripe.worker.store.ObjectRewriter;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import io.bakstripe.worker.store.StoreAccess;
import io.bakstripe.worker.store.aws.StsSettings;
import io.bakstripe.worker.store.s3.S3Stores;
import io.bakstripe.worker.store.s3.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** Keys of stored files are changed in a real S3 server, with a real key service, and whatever happens each file opens with the key of before or the one of afterwards. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RewrapSandboxTest {
    private static final StoreAccess OWN = new StoreAccess(new InstanceName("any"), Optional.empty(), Optional.empty());

    /** Whatever is copied is copied whole. */
    private static final long WHOLE = 5L << 30;

    /** Whatever is copied is copied in parts. */
    private static final long IN_PARTS = 1;

    private final ActorTestKit kit = ActorTestKit.create();
    private ChaosSandbox sandbox;
    private S3Stores stores;
    private KmsKeys services;
    private RestoreSettings settings;
    private ObjectStore store;
    private KeyService keys;
    private StoredFiles files;
    private KeyArn main;
    private KeyArn second;

    private final List<Rewrapped> told = new ArrayList<>();
    private int test;

    @BeforeAll
    void start(@TempDir Path directory) {
        SandboxServer server = SandboxServer.start(
                new SandboxOptions(directory, 0, 0, 0, OptionalInt.empty(), false, OptionalInt.of(0)),
                new Random(6),
                Duration.ofSeconds(5));
        sandbox = ChaosSandbox.of(server);
        Config worker = ConfigFactory.parseMap(Map.of(
                        "store.endpoint",
                        server.endpoint(),
                        "store.path-style",
                        true,
                        "store.access-key",
                        server.identity().accessKey(),
                        "store.secret-key",
                        server.identity().secretKey(),
                        "store.sse",
                        "none",
                        "kms.endpoint",
                        server.kmsEndpoint(),
                        "store.retry.repetitions",
                        2,
                        "store.retry.min-backoff",
                        "10 ms",
                        "store.retry.max-backoff",
                        "20 ms"))
                .withFallback(ConfigFactory.defaultReference().getConfig("bakstripe.worker"));
        stores = S3Stores.create(
                StoreSettings.from(worker),
                StsSettings.from(worker),
                name -> Optional.empty(),
                kit.system(),
                InstantSource.system());
        services = KmsKeys.create(KmsSettings.from(worker), stores.rights(), kit.system());
        settings = RestoreSettings.from(worker);
        store = stores.of(OWN);
        keys = services.of(OWN);
        files = new StoredFiles(store, keys);
        main = key(Wanted.MAIN);
        second = key(Wanted.SECOND);
    }

    @AfterAll
    void stop() {
        services.close();
        stores.close();
        sandbox.close();
        kit.shutdownTestKit();
    }

    @BeforeEach
    void begin() {
        test++;
        told.clear();
    }

    @AfterEach
    void calmDown() {
        sandbox.end();
    }

    private KeyArn key(Wanted wanted) {
        return KeyArn.parse(sandbox.server().keyArn(wanted));
    }

    private S3Arn file(String name) {
        return new S3Arn(SandboxServer.BUCKET, test + "/" + name);
    }

    private Rewrap rewrap(ObjectRewriter rewriter) {
        return new Rewrap(store, rewriter, keys, Runnable::run, settings);
    }

    private List<Rewrapped> run(long largestCopy, KeyChange change, S3Arn... from) {
        return rewrap(stores.rewriter(OWN, largestCopy)).run(List.of(from), change, told::add);
    }

    private KeyChange replace() {
        return new KeyChange.Replace(main, second);
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static BackupError failure(ThrowingCallable call) {
        return Problem.of(catchThrowable(call)).error();
    }

    /** What the file says of itself when it is opened with that key and no other. */
    private FoundStripe opened(S3Arn file, KeyArn key) {
        try (OpenedFiles with = new OpenedFiles(store, keys, new KeyChoice.Named(Optional.of(key)), Runnable::run)) {
            FileInspection inspection = new FileInspection(with::read);
            FoundStripe stripe = inspection.ends(await(with.head(file)).orElseThrow());
            inspection.contents(stripe, entry -> {});
            return stripe;
        }
    }

    private HeadObjectResponse seen(S3Arn file) {
        return sandbox.calm()
                .headObject(request -> request.bucket(file.bucket()).key(file.key()))
                .join();
    }

    private List<String> uploads() {
        return sandbox
                .calm()
                .listMultipartUploads(request -> request.bucket(SandboxServer.BUCKET))
                .join()
                .uploads()
                .stream()
                .map(upload -> upload.key())
                .toList();
    }

    private void requireUntouched(S3Arn file, HeadObjectResponse before) {
        assertThat(seen(file).eTag()).isEqualTo(before.eTag());
        assertThat(seen(file).lastModified()).isEqualTo(before.lastModified());
        assertThat(seen(file).metadata()).isEqualTo(before.metadata());
    }

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

    private static KeyObject with(KeyObject all, Entry entry, KeyArn more) {
        List<WrappedKey> wrapped = new ArrayList<>(entry.keys());
        wrapped.add(new WrappedKey(
                more, wrapped.get(0).context(), Base64.getEncoder().encodeToString(new byte[100])));
        return all.with(entry.withKeys(wrapped));
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

    private static KeyArn third(KeyArn like) {
        return KeyArn.parse(like.toString().replaceAll("key/.*", "key/00000000-0000-0000-0000-000000000003"));
    }

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

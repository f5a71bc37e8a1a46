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
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.ObjectRewriter;
import io.bakstripe.worker.store.ObjectStore;
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
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** A real S3 server and a real key service, with files whose keys are changed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RewrapSandbox {
    static final StoreAccess OWN = new StoreAccess(new InstanceName("any"), Optional.empty(), Optional.empty());

    /** Whatever is copied is copied whole. */
    static final long WHOLE = 5L << 30;

    /** Whatever is copied is copied in parts. */
    static final long IN_PARTS = 1;

    final ActorTestKit kit = ActorTestKit.create();
    ChaosSandbox sandbox;
    S3Stores stores;
    KmsKeys services;
    RestoreSettings settings;
    ObjectStore store;
    KeyService keys;
    StoredFiles files;
    KeyArn main;
    KeyArn second;

    final List<Rewrapped> told = new ArrayList<>();
    int test;

    @BeforeAll
    final void start(@TempDir Path directory) {
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
    final void stop() {
        services.close();
        stores.close();
        sandbox.close();
        kit.shutdownTestKit();
    }

    @BeforeEach
    final void begin() {
        test++;
        told.clear();
    }

    @AfterEach
    final void calmDown() {
        sandbox.end();
    }

    KeyArn key(Wanted wanted) {
        return KeyArn.parse(sandbox.server().keyArn(wanted));
    }

    S3Arn file(String name) {
        return new S3Arn(SandboxServer.BUCKET, test + "/" + name);
    }

    Rewrap rewrap(ObjectRewriter rewriter) {
        return new Rewrap(store, rewriter, keys, Runnable::run, settings);
    }

    List<Rewrapped> run(long largestCopy, KeyChange change, S3Arn... from) {
        return rewrap(stores.rewriter(OWN, largestCopy)).run(List.of(from), change, told::add);
    }

    KeyChange replace() {
        return new KeyChange.Replace(main, second);
    }

    static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    static BackupError failure(ThrowingCallable call) {
        return Problem.of(catchThrowable(call)).error();
    }

    /** What the file says of itself when it is opened with that key and no other. */
    FoundStripe opened(S3Arn file, KeyArn key) {
        try (OpenedFiles with = new OpenedFiles(store, keys, new KeyChoice.Named(Optional.of(key)), Runnable::run)) {
            FileInspection inspection = new FileInspection(with::read);
            FoundStripe stripe = inspection.ends(await(with.head(file)).orElseThrow());
            inspection.contents(stripe, entry -> {});
            return stripe;
        }
    }

    HeadObjectResponse seen(S3Arn file) {
        return sandbox.calm()
                .headObject(request -> request.bucket(file.bucket()).key(file.key()))
                .join();
    }

    List<String> uploads() {
        return sandbox
                .calm()
                .listMultipartUploads(request -> request.bucket(SandboxServer.BUCKET))
                .join()
                .uploads()
                .stream()
                .map(upload -> upload.key())
                .toList();
    }

    void requireUntouched(S3Arn file, HeadObjectResponse before) {
        assertThat(seen(file).eTag()).isEqualTo(before.eTag());
        assertThat(seen(file).lastModified()).isEqualTo(before.lastModified());
        assertThat(seen(file).metadata()).isEqualTo(before.metadata());
    }

    static KeyObject with(KeyObject all, Entry entry, KeyArn more) {
        List<WrappedKey> wrapped = new ArrayList<>(entry.keys());
        wrapped.add(new WrappedKey(
                more, wrapped.get(0).context(), Base64.getEncoder().encodeToString(new byte[100])));
        return all.with(entry.withKeys(wrapped));
    }

    static KeyArn third(KeyArn like) {
        return KeyArn.parse(like.toString().replaceAll("key/.*", "key/00000000-0000-0000-0000-000000000003"));
    }
}

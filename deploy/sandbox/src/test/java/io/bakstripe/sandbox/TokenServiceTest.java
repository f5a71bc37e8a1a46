package io.bakstripe.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.sandbox.sts.TokenService;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.StoreAccess;
import io.bakstripe.worker.store.aws.StsSettings;
import io.bakstripe.worker.store.s3.S3Stores;
import io.bakstripe.worker.store.s3.StoreSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.sts.StsAsyncClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.Credentials;

/** The sandbox's role: its keys are given to who may have them, work while they are good, and are replaced by our store in time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenServiceTest {
    private static final int KEY_SECONDS = 2;
    private static final S3Arn FILE = new S3Arn(SandboxServer.BUCKET, "no such file");

    private final ActorTestKit kit = ActorTestKit.create();
    private ChaosSandbox sandbox;
    private S3Stores stores;

    @BeforeAll
    void start(@TempDir Path directory) {
        SandboxServer server = SandboxServer.start(
                new SandboxOptions(directory, 0, 0, 0, OptionalInt.of(KEY_SECONDS), false, OptionalInt.of(0)),
                new Random(4),
                Duration.ofSeconds(5));
        sandbox = ChaosSandbox.of(server);
        var worker = ConfigFactory.parseMap(Map.of(
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
                        "store.sts.endpoint",
                        server.stsEndpoint(),
                        "store.retry.repetitions",
                        4,
                        "store.retry.min-backoff",
                        "10 ms"))
                .withFallback(ConfigFactory.defaultReference().getConfig("bakstripe.worker"));
        stores = S3Stores.create(
                StoreSettings.from(worker),
                StsSettings.from(worker),
                name -> Optional.empty(),
                kit.system(),
                InstantSource.system());
    }

    @AfterAll
    void stop() {
        stores.close();
        sandbox.close();
        kit.shutdownTestKit();
    }

    @AfterEach
    void calmDown() {
        sandbox.end();
    }

    private Credentials assume(AwsCredentials caller, AssumeRoleRequest request) throws Exception {
        try (StsAsyncClient client = StsAsyncClient.builder()
                .endpointOverride(URI.create(sandbox.server().stsEndpoint()))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(caller))
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build()) {
            return client.assumeRole(request).get(20, TimeUnit.SECONDS).credentials();
        }
    }

    private AwsCredentials own() {
        SandboxIdentity identity = sandbox.server().identity();
        return AwsBasicCredentials.create(identity.accessKey(), identity.secretKey());
    }

    private static AssumeRoleRequest.Builder request() {
        return AssumeRoleRequest.builder().roleArn(TokenService.ROLE).roleSessionName("test");
    }

    private String refusal(AwsCredentials caller, AssumeRoleRequest.Builder request) {
        return code(catchThrowable(() -> assume(caller, request.build())));
    }

    private static String code(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AwsServiceException answer) {
                return answer.statusCode() + " " + answer.awsErrorDetails().errorCode();
            }
        }
        throw new AssertionError("no answer that refuses", failure);
    }

    private String listing(AwsCredentials keys) {
        try (S3AsyncClient client = S3AsyncClient.builder()
                .endpointOverride(URI.create(sandbox.server().endpoint()))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(keys))
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build()) {
            client.listObjectsV2(list -> list.bucket(SandboxServer.BUCKET)).get(20, TimeUnit.SECONDS);
            return "200";
        } catch (Exception refused) {
            return code(refused);
        }
    }

    @Test
    void keysOfTheRoleReachTheStoreUntilTheyExpire() throws Exception {
        Credentials given = assume(own(), request().build());
        AwsCredentials keys =
                AwsSessionCredentials.create(given.accessKeyId(), given.secretAccessKey(), given.sessionToken());

        assertThat(listing(keys)).isEqualTo("200");
        await().atMost(Duration.ofSeconds(20)).until(() -> !listing(keys).equals("200"));

        assertThat(listing(keys)).isEqualTo("400 ExpiredToken");
        assertThat(InstantSource.system().instant()).isAfterOrEqualTo(given.expiration());
    }

    @Test
    void keysThatWereNeverGivenOutAreUnknown() {
        assertThat(listing(AwsSessionCredentials.create("ASIAMADEUP", "secret", "token")))
                .isEqualTo("403 InvalidAccessKeyId");
    }

    @Test
    void theWrongCallerGetsNone() {
        String key = sandbox.server().identity().accessKey();

        assertThat(refusal(AwsBasicCredentials.create("SOMEBODY", "else"), request()))
                .isEqualTo("403 InvalidClientTokenId");
        assertThat(refusal(AwsBasicCredentials.create(key, "another secret"), request()))
                .isEqualTo("403 SignatureDoesNotMatch");
    }

    @Test
    void callsThatStsWouldNotTakeAreRefused() {
        assertThat(refusal(own(), request().roleArn("arn:aws:iam::123456789012:role/other")))
                .isEqualTo("403 AccessDenied");
        assertThat(refusal(own(), request().roleSessionName("with space"))).isEqualTo("400 ValidationError");
        assertThat(refusal(own(), request().durationSeconds(899))).isEqualTo("400 ValidationError");
    }

    @Test
    void scriptsStrikeTheTokenServiceToo() {
        sandbox.control("PUT", "{\"deny\": [\"sts:AssumeRole\"]}");
        assertThat(refusal(own(), request())).isEqualTo("403 AccessDenied");

        sandbox.rules("{\"fault\": \"error\", \"status\": 503, \"on\": [\"AssumeRole\"]}");
        assertThat(refusal(own(), request())).startsWith("503");
        assertThat(listing(own())).isEqualTo("200");
    }

    private ObjectStore asRole(int task) {
        InstanceDefinition definition = new InstanceDefinition(
                new InstanceName("prod"),
                1,
                "postgresql",
                Edition.ENTERPRISE,
                "us-east-1",
                "UTC",
                false,
                Optional.empty(),
                List.of(),
                Windows.none(),
                Optional.of(new BackupOption(Optional.of(TokenService.ROLE))));
        return stores.of(new StoreAccess(definition.name(), Optional.of(new TaskId(task)), Optional.of(definition)));
    }

    private static <T> T answered(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void ourStoreOutlivesItsKeysWithoutAnyFailure() throws Exception {
        sandbox.rules("");
        ObjectStore store = asRole(1);

        await().atMost(Duration.ofSeconds(30)).until(() -> {
            assertThat(answered(store.head(FILE))).isEmpty();
            return assumed() >= 4;
        });

        assertThat(sandbox.report().get("lastingKeys").asInt()).isZero();
    }

    @Test
    void aRequestThatArrivesAfterItsKeysExpiredIsRepeated() throws Exception {
        sandbox.rules("{\"fault\": \"delay\", \"delayMillis\": %d, \"on\": [\"ListObjects\"], \"count\": 1}"
                .formatted(KEY_SECONDS * 1000 + 200));

        assertThat(answered(asRole(2).list(SandboxServer.BUCKET, "no such", 1))).isEmpty();

        assertThat(sandbox.report().get("requests").get("ListObjects").asInt()).isEqualTo(2);
    }

    @Test
    void aTokenServiceThatIsDownOnlyDelaysWhatHasKeys() throws Exception {
        ObjectStore store = asRole(3);
        answered(store.head(FILE));
        sandbox.rules("{\"fault\": \"reset\", \"on\": [\"AssumeRole\"]}");

        assertThat(answered(store.head(FILE))).isEmpty();
        CompletableFuture<Problem> failed = new CompletableFuture<>();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            store.head(FILE).whenComplete((answer, failure) -> {
                if (failure != null) {
                    failed.complete(Problem.of(failure));
                }
            });
            return failed.isDone();
        });
        assertThat(failed.join().error()).isEqualTo(BackupError.STS_UNREACHABLE);
        sandbox.end();

        assertThat(answered(store.head(FILE))).isEmpty();
    }

    private int assumed() {
        return sandbox.report().get("requests").path("AssumeRole").asInt(0);
    }
}

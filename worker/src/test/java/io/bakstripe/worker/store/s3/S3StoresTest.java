package io.bakstripe.worker.store.s3;

import static io.bakstripe.worker.store.s3.RecordedStore.FILE;
import static io.bakstripe.worker.store.s3.RecordedStore.UPLOAD;
import static io.bakstripe.worker.store.s3.RecordedStore.await;
import static io.bakstripe.worker.store.s3.RecordedStore.crc32c;
import static io.bakstripe.worker.store.s3.RecordedStore.problem;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.BackupOption;
import io.bakstripe.protocol.instance.Edition;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.Windows;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.stripe.Storage;
import io.bakstripe.worker.store.ObjectStore;
import io.bakstripe.worker.store.RequestScope;
import io.bakstripe.worker.store.StoreAccess;
import io.bakstripe.worker.store.aws.InstanceRights;
import io.bakstripe.worker.store.aws.StsSettings;
import io.bakstripe.worker.store.s3.RecordingServer.Answer;
import io.bakstripe.worker.store.s3.RecordingServer.Request;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With whose keys requests are signed, and what a token service that fails makes of them (row S3). */
class S3StoresTest {
    private static final String ROLE = "arn:aws:iam::123456789012:role/backups";
    private static final InstanceName PROD = new InstanceName("prod");
    private static final int REPETITIONS = 2;

    private static ActorTestKit kit;
    private static RecordingServer s3;
    private static RecordingServer sts;
    private static S3Stores stores;

    /** Keys are remembered for a task, so each test has tasks of its own. */
    private static final AtomicInteger TASKS = new AtomicInteger();

    private final AtomicInteger issued = new AtomicInteger();

    @BeforeAll
    static void serve() throws IOException {
        kit = ActorTestKit.create();
        s3 = new RecordingServer();
        sts = new RecordingServer();
        stores = open("10 s");
    }

    private static S3Stores open(String patience) {
        Config worker = ConfigFactory.parseMap(Map.ofEntries(
                        Map.entry("store.endpoint", s3.endpoint()),
                        Map.entry("store.path-style", true),
                        Map.entry("store.access-key", "AKIDNODE"),
                        Map.entry("store.secret-key", "not-a-real-secret"),
                        Map.entry("store.retry.repetitions", REPETITIONS),
                        Map.entry("store.retry.min-backoff", "1 ms"),
                        Map.entry("store.retry.max-backoff", "5 ms"),
                        Map.entry("store.sts.endpoint", sts.endpoint()),
                        Map.entry("store.sts.connect-timeout", patience),
                        Map.entry("store.sts.api-call-timeout", patience)))
                .withFallback(ConfigFactory.defaultReference().getConfig("bakstripe.worker"));
        return S3Stores.create(
                StoreSettings.from(worker),
                StsSettings.from(worker),
                name -> Optional.of(name).filter(PROD::equals).map(prod -> instance(ROLE)),
                kit.system(),
                InstantSource.system());
    }

    @BeforeEach
    void reset() {
        s3.reset();
        sts.reset();
        sts.answerUsually(this::keys);
    }

    @AfterAll
    static void shutDown() {
        stores.close();
        s3.close();
        sts.close();
        kit.shutdownTestKit();
    }

    private Answer keys(Request request) {
        return Answer.of(
                200, """
                <AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA%d</AccessKeyId>
                <SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
                <Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>""".formatted(issued.incrementAndGet(), Instant.now().plusSeconds(3600)));
    }

    private static Answer refusal(int status, String code, String message) {
        return Answer.of(
                status,
                "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>"
                        .formatted(code, message));
    }

    private static InstanceDefinition instance(Optional<BackupOption> option) {
        return new InstanceDefinition(
                PROD,
                1,
                "postgresql",
                Edition.ENTERPRISE,
                "us-east-1",
                "UTC",
                false,
                Optional.empty(),
                List.of(),
                Windows.none(),
                option);
    }

    private static InstanceDefinition instance(String role) {
        return instance(Optional.of(new BackupOption(Optional.of(role))));
    }

    private static StoreAccess task(InstanceDefinition definition) {
        return new StoreAccess(PROD, Optional.of(new TaskId(TASKS.incrementAndGet())), Optional.of(definition));
    }

    private static ObjectStore asRole() {
        return stores.of(task(instance(ROLE)));
    }

    private static String signer(Request request) {
        String header = request.header("Authorization").orElseThrow();
        return header.substring(header.indexOf("Credential=") + 11, header.indexOf('/'));
    }

    private static Map<String, String> form(Request request) {
        return Arrays.stream(request.bodyText().split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    @Test
    void theRoleIsAssumedOnceForATaskAndSignsItsRequests() throws Exception {
        StoreAccess access = task(instance(ROLE));
        await(stores.of(access).head(FILE));
        await(stores.of(access).uploadPart(UPLOAD, 1, List.of(ByteBuffer.wrap(new byte[10])), crc32c(new byte[10])));

        assertThat(sts.requests()).hasSize(1);
        assertThat(form(sts.requests().get(0)))
                .containsEntry("Action", "AssumeRole")
                .containsEntry("RoleArn", ROLE)
                .containsEntry(
                        "RoleSessionName", "bakstripe-prod-" + access.task().orElseThrow())
                .containsEntry("DurationSeconds", "3600");
        assertThat(signer(sts.requests().get(0))).isEqualTo("AKIDNODE");
        assertThat(s3.requests()).hasSize(2).allSatisfy(request -> {
            assertThat(signer(request)).isEqualTo("ASIA1");
            assertThat(request.header("X-Amz-Security-Token")).contains("token");
        });
    }

    @Test
    void snapshotsAreStoredInTheirOwnStorageWhateverTheRole() {
        StoreAccess access = task(instance(ROLE)).in(Storage.SNAPSHOTS);
        ObjectStore own = stores.of(task(instance(Optional.of(BackupOption.DEFAULT))));

        assertThat(stores.withSnapshots(own).of(access)).isSameAs(own);
        assertThat(stores.withSnapshots(own).of(task(instance(ROLE)))).isNotSameAs(own);
        assertThat(problem(stores.of(access).head(FILE)).error()).isEqualTo(BackupError.SNAPSHOT_STORAGE_ABSENT);
        assertThat(sts.requests()).isEmpty();
    }

    @Test
    void withoutARoleTheNodeSignsItself() throws Exception {
        await(stores.of(task(instance(Optional.of(BackupOption.DEFAULT)))).head(FILE));
        await(stores.of(new StoreAccess(new InstanceName("gone"), Optional.empty(), Optional.empty()))
                .head(FILE));

        assertThat(sts.requests()).isEmpty();
        assertThat(s3.requests()).hasSize(2).allSatisfy(request -> {
            assertThat(signer(request)).isEqualTo("AKIDNODE");
            assertThat(request.header("X-Amz-Security-Token")).isEmpty();
        });
    }

    @Test
    void whoKnowsNoMoreThanTheTaskGetsTheRoleThatTheNodeDeclares() throws Exception {
        await(stores.of(new StoreAccess(PROD, Optional.of(new TaskId(TASKS.incrementAndGet())), Optional.empty()))
                .abort(UPLOAD));

        assertThat(s3.requests())
                .isNotEmpty()
                .allSatisfy(request -> assertThat(signer(request)).isEqualTo("ASIA1"));
    }

    @Test
    void anInstanceWhoseOptionWasRemovedReachesNothing() {
        Problem problem = problem(stores.of(task(instance(Optional.empty()))).head(FILE));

        assertThat(problem.error()).isEqualTo(BackupError.ACCESS_DENIED);
        assertThat(problem.hint()).contains("option");
        assertThat(s3.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "prod, bakstripe-prod-17",
        "an-instance-with-a-name-that-is-as-long-as-it-may-be-0123456789, bakstripe-an-instance-with-a-name-that-is-as-long-as-it-may-b-17"
    })
    void theSessionsNameTellsInstanceAndTask(String instance, String expected) {
        String name = InstanceRights.sessionName(
                new StoreAccess(new InstanceName(instance), Optional.of(new TaskId(17)), Optional.empty()));

        assertThat(name).isEqualTo(expected).hasSizeLessThanOrEqualTo(64);
    }

    @Nested
    class WhenTheTokenServiceIsDown {
        @Test
        void itIsAskedAgainWithinTheBudget() throws Exception {
            sts.answerNext(Answer.cut(), refusal(503, "ServiceUnavailable", "later"));

            assertThat(await(asRole().head(FILE))).isEmpty();

            assertThat(sts.requests()).hasSize(1 + REPETITIONS);
            assertThat(s3.requests()).hasSize(1);
        }

        @Test
        void theCallFailsWithItsTextOnceTheBudgetIsSpent() {
            sts.answerUsually(request -> refusal(500, "InternalFailure", "out of order"));

            Problem problem = problem(asRole().head(FILE));

            assertThat(problem.error()).isEqualTo(BackupError.STS_UNREACHABLE);
            assertThat(problem.error().category().status()).isEqualTo(502);
            assertThat(problem.detail()).contains(ROLE, "HTTP 500 InternalFailure: out of order");
            assertThat(sts.requests()).hasSize(1 + REPETITIONS);
            assertThat(s3.requests()).isEmpty();
        }

        @Test
        void anUploadIsBegunOnlyOnceAllTheSame() throws Exception {
            sts.answerNext(Answer.cut());

            await(asRole().createUpload(FILE, Map.of()));

            assertThat(s3.only("CreateMultipartUpload")).isNotNull();
        }

        @Test
        void slowIsAsGoodAsDown() {
            sts.answerUsually(request -> Answer.silent());
            try (S3Stores impatient = open("300 ms")) {
                Problem problem = problem(
                        impatient.withAttempts(2).of(task(instance(ROLE))).head(FILE));

                assertThat(problem.error()).isEqualTo(BackupError.STS_UNREACHABLE);
                assertThat(s3.requests()).isEmpty();
            }
        }

        @Test
        void nothingIsSentInAScopeThatEndedMeanwhile() {
            sts.answerNext(Answer.cut());
            Problem over = BackupError.LEASE_OVER.problem("worker");
            RequestScope scope = new RequestScope() {
                @Override
                public void beforeRequest() {
                    assertThat(sts.requests())
                            .as("asked directly before the request")
                            .hasSize(2);
                    throw over.asException();
                }

                @Override
                public boolean mayRepeat() {
                    return true;
                }

                @Override
                public void answered() {}
            };

            assertThat(problem(asRole().within(scope).head(FILE))).isEqualTo(over);
            assertThat(s3.requests()).isEmpty();
        }
    }

    @Nested
    class WhenTheRoleIsDenied {
        @Test
        void theCallFailsAtOnceAndNamesTheRoleAndTheTrustPolicy() {
            sts.answerUsually(request -> refusal(403, "AccessDenied", "not authorized to perform: sts:AssumeRole"));

            Problem problem = problem(asRole().head(FILE));

            assertThat(problem.error()).isEqualTo(BackupError.ACCESS_DENIED);
            assertThat(problem.detail()).isEqualTo("Access Denied");
            assertThat(problem.hint()).contains(ROLE, "trust policy must allow sts:AssumeRole", "not authorized");
            assertThat(sts.requests()).hasSize(1);
            assertThat(s3.requests()).isEmpty();
        }

        @Test
        void theNodesOwnCredentialsAreBlamedWhereTheyAreRefused() {
            sts.answerUsually(request -> refusal(403, "InvalidClientTokenId", "The security token is invalid."));

            assertThat(problem(asRole().head(FILE)).hint())
                    .contains(ROLE, "does not accept the credentials of this node")
                    .doesNotContain("trust policy");
        }
    }

    @Nested
    class WhenTheKeysExpire {
        private final Answer expired = Answer.error(400, "ExpiredToken", "The provided token has expired.");

        @Test
        void theRequestIsRepeatedWithNewOnes() throws Exception {
            ObjectStore store = asRole();
            s3.answerNext(Answer.of(404, ""), expired);
            await(store.head(FILE));

            await(store.uploadPart(UPLOAD, 1, List.of(ByteBuffer.wrap(new byte[10])), crc32c(new byte[10])));

            assertThat(s3.requests().stream().map(S3StoresTest::signer)).containsExactly("ASIA1", "ASIA1", "ASIA2");
        }

        @Test
        void anUploadThatWasRefusedForThemIsBegunAgain() throws Exception {
            s3.answerNext(expired);

            assertThat(await(asRole().createUpload(FILE, Map.of())).id()).isEqualTo("u1");

            assertThat(s3.requests().stream().map(S3StoresTest::signer)).containsExactly("ASIA1", "ASIA2");
        }

        @Test
        void aStoreThatCallsAllKeysExpiredIsNotAskedForEver() {
            s3.answerUsually(request -> expired);

            Problem problem = problem(asRole().createUpload(FILE, Map.of()));

            assertThat(problem.error()).isEqualTo(BackupError.ACCESS_DENIED);
            assertThat(problem.hint()).contains("does not accept the credentials", "ExpiredToken");
            assertThat(s3.requests()).hasSize(1 + REPETITIONS);
        }
    }
}

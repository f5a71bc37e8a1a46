package io.bakstripe.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

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
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.sandbox.kms.KeyRing.Wanted;
import io.bakstripe.sandbox.sts.TokenService;
import io.bakstripe.worker.key.DataKey;
import io.bakstripe.worker.key.EncryptionContext;
import io.bakstripe.worker.key.KeyService;
import io.bakstripe.worker.key.NewDataKey;
import io.bakstripe.worker.key.WrappedKey;
import io.bakstripe.worker.key.kms.KmsKeys;
import io.bakstripe.worker.key.kms.KmsOperation;
import io.bakstripe.worker.key.kms.KmsSettings;
import io.bakstripe.worker.store.RequestScope;
import io.bakstripe.worker.store.StoreAccess;
import io.bakstripe.worker.store.aws.StsSettings;
import io.bakstripe.worker.store.s3.S3Stores;
import io.bakstripe.worker.store.s3.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Our key service against the sandbox's: what it asks for, what it makes of refusals, and how it gets over what passes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KmsKeysSandboxTest {
    private static final int KEY_SECONDS = 2;
    private static final int REPETITIONS = 3;
    private static final EncryptionContext CONTEXT = new EncryptionContext(Map.of("set", "7"));

    private final ActorTestKit kit = ActorTestKit.create();
    private ChaosSandbox sandbox;
    private S3Stores stores;
    private KmsKeys keys;

    @BeforeAll
    void start(@TempDir Path directory) {
        SandboxServer server = SandboxServer.start(
                new SandboxOptions(directory, 0, 0, 0, OptionalInt.of(KEY_SECONDS), false, OptionalInt.of(0)),
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
                        "store.sts.endpoint",
                        server.stsEndpoint(),
                        "kms.endpoint",
                        server.kmsEndpoint(),
                        "kms.api-call-timeout",
                        "2 s",
                        "store.retry.repetitions",
                        REPETITIONS,
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
        keys = KmsKeys.create(KmsSettings.from(worker), stores.rights(), kit.system());
    }

    @AfterAll
    void stop() {
        keys.close();
        stores.close();
        sandbox.close();
        kit.shutdownTestKit();
    }

    @AfterEach
    void calmDown() {
        sandbox.end();
    }

    private KeyService own() {
        return service(Optional.of(new BackupOption(Optional.empty())), 1);
    }

    private KeyService asRole(int task) {
        return service(Optional.of(new BackupOption(Optional.of(TokenService.ROLE))), task);
    }

    private KeyService service(Optional<BackupOption> option, int task) {
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
                option);
        return keys.of(new StoreAccess(definition.name(), Optional.of(new TaskId(task)), Optional.of(definition)));
    }

    private KeyArn key(Wanted wanted) {
        return KeyArn.parse(sandbox.server().keyArn(wanted));
    }

    private static <T> T answered(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static Problem problem(CompletionStage<?> stage) {
        return Problem.of(catchThrowable(() -> answered(stage)));
    }

    private static byte[] bytes(DataKey key) {
        return key.use(byte[]::clone);
    }

    @Test
    void aDataKeyIsMadeWrappedAndOpenedAgain() throws Exception {
        try (NewDataKey made = answered(own().generate(key(Wanted.MAIN), CONTEXT));
                NewDataKey another = answered(own().generate(key(Wanted.MAIN), CONTEXT));
                DataKey opened = answered(own().unwrap(made.wrapped()))) {
            assertThat(bytes(opened)).isEqualTo(bytes(made.plain())).isNotEqualTo(bytes(another.plain()));
        }
    }

    @Test
    void aDataKeyIsWrappedWithASecondKeyAndOpensWithEither() throws Exception {
        try (NewDataKey made = answered(own().generate(key(Wanted.MAIN), CONTEXT))) {
            WrappedKey second = answered(own().wrap(made.plain(), key(Wanted.SECOND), CONTEXT));

            assertThat(second.ciphertext()).isNotEqualTo(made.wrapped().ciphertext());
            try (DataKey opened = answered(own().unwrap(second))) {
                assertThat(bytes(opened)).isEqualTo(bytes(made.plain()));
            }
        }
    }

    @Test
    void aWrapOpensWithItsOwnKeyAndContextOnly() throws Exception {
        try (NewDataKey made = answered(own().generate(key(Wanted.MAIN), CONTEXT))) {
            WrappedKey wrapped = made.wrapped();
            WrappedKey otherKey = new WrappedKey(key(Wanted.SECOND), CONTEXT, wrapped.ciphertext());
            WrappedKey otherContext = new WrappedKey(
                    wrapped.key(), EncryptionContext.encryptionOnly(wrapped.key()), wrapped.ciphertext());

            assertThat(problem(own().unwrap(otherKey)).error()).isEqualTo(BackupError.KEY_WRONG);
            assertThat(problem(own().unwrap(otherContext)).error()).isEqualTo(BackupError.KEY_WRONG);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Wanted.class,
            names = {"MAIN", "SECOND"})
    void describesKeysThatAreTaken(Wanted wanted) throws Exception {
        assertThat(answered(own().describe(key(wanted))).refusal()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "ASYMMETRIC, KEY_ASYMMETRIC",
        "AWS_MANAGED, KEY_AWS_MANAGED",
        "DISABLED, KEY_DISABLED",
        "PENDING_DELETION, KEY_NOT_USABLE"
    })
    void describesKeysThatAreRefused(Wanted wanted, BackupError error) throws Exception {
        assertThat(answered(own().describe(key(wanted))).refusal().orElseThrow().error())
                .isEqualTo(error);
    }

    @ParameterizedTest
    @CsvSource({
        "ASYMMETRIC, KEY_ASYMMETRIC",
        "AWS_MANAGED, KEY_DENIED",
        "DISABLED, KEY_DISABLED",
        "PENDING_DELETION, KEY_NOT_USABLE"
    })
    void keysThatTurnOutUselessLaterFailWithTheirOwnText(Wanted wanted, BackupError error) {
        Problem problem = problem(own().generate(key(wanted), CONTEXT));

        assertThat(problem.error()).isEqualTo(error);
        assertThat(problem.detail()).contains(key(wanted).toString());
    }

    @Test
    void aKeyOfAnotherRegionIsRefusedBeforeAnyoneIsAsked() {
        sandbox.rules("");

        Problem problem = problem(own().describe(key(Wanted.ELSEWHERE)));

        assertThat(problem.error()).isEqualTo(BackupError.KEY_REGION);
        assertThat(problem.hint()).contains("eu-west-1", "us-east-1");
        assertThat(sandbox.report().get("requests").path("DescribeKey").asInt(0))
                .isZero();
    }

    @Test
    void anAbsentKeyHasTheReferencesText() {
        KeyArn absent = new KeyArn("aws", "us-east-1", "123456789012", "00000000-0000-4000-8000-000000000000");

        assertThat(problem(own().describe(absent)).detail()).isEqualTo("Key " + absent + " does not exist");
        assertThat(problem(own().generate(absent, CONTEXT)).error()).isEqualTo(BackupError.KEY_UNKNOWN);
    }

    @ParameterizedTest
    @EnumSource(KmsOperation.class)
    void aPermissionThatIsMissingIsNamedWithUserAndKey(KmsOperation operation) throws Exception {
        KeyArn main = key(Wanted.MAIN);
        try (NewDataKey made = answered(own().generate(main, CONTEXT))) {
            sandbox.control("PUT", "{\"deny\": [\"" + operation.permission() + "\"]}");
            KeyService role = asRole(21);

            CompletionStage<?> asked = switch (operation) {
                case DESCRIBE -> role.describe(main);
                case GENERATE -> role.generate(main, CONTEXT);
                case UNWRAP -> role.unwrap(made.wrapped());
                case WRAP -> role.wrap(made.plain(), main, CONTEXT);
            };
            Problem problem = problem(asked);

            assertThat(problem.error()).isEqualTo(BackupError.KEY_DENIED);
            assertThat(problem.detail())
                    .isEqualTo("User arn:aws:sts::123456789012:assumed-role/bakstripe-sandbox/bakstripe-prod-21 is not"
                            + " authorized to perform " + operation.permission() + " on resource " + main);
        }
    }

    @Test
    void exactlyTheActionsOfRowS2AreUsed() throws Exception {
        sandbox.control("PUT", "{\"policy\": \"documented\"}");
        KeyService role = asRole(22);
        KeyArn main = key(Wanted.MAIN);

        answered(role.describe(main));
        try (NewDataKey made = answered(role.generate(main, CONTEXT))) {
            answered(role.wrap(made.plain(), key(Wanted.SECOND), CONTEXT));
            answered(role.unwrap(made.wrapped())).close();
        }

        Set<String> asked = new TreeSet<>(sandbox.report().get("requests").propertyNames());
        assertThat(asked)
                .containsExactlyInAnyOrder("AssumeRole", "DescribeKey", "GenerateDataKey", "Decrypt", "Encrypt");
        assertThat(sandbox.report().get("denied").isEmpty()).isTrue();
        assertThat(sandbox.report().get("lastingKeys").asInt()).isZero();
        assertThat(KmsOperation.permissions())
                .containsExactlyInAnyOrder("kms:DescribeKey", "kms:GenerateDataKey", "kms:Encrypt", "kms:Decrypt");
    }

    @Test
    void theRolesKeysAreReplacedWhenTheyExpire() throws Exception {
        sandbox.rules("");
        KeyService role = asRole(23);

        await().atMost(Duration.ofSeconds(30)).until(() -> {
            assertThat(answered(role.describe(key(Wanted.MAIN))).refusal()).isEmpty();
            return sandbox.report().get("requests").path("AssumeRole").asInt(0) >= 3;
        });
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"fault\": \"error\", \"status\": 400, \"on\": [\"GenerateDataKey\"], \"count\": 3}'",
        "'{\"fault\": \"error\", \"status\": 500, \"on\": [\"GenerateDataKey\"], \"count\": 3}'",
        "'{\"fault\": \"reset\", \"on\": [\"GenerateDataKey\"], \"count\": 3}'",
        "'{\"fault\": \"lost\", \"on\": [\"GenerateDataKey\"], \"count\": 2}'",
        "'{\"fault\": \"delay\", \"delayMillis\": 2500, \"on\": [\"GenerateDataKey\"], \"count\": 1}'"
    })
    void whatPassesIsAskedAgain(String rule) throws Exception {
        sandbox.rules(rule);

        try (NewDataKey made = answered(own().generate(key(Wanted.MAIN), CONTEXT));
                DataKey opened = answered(own().unwrap(made.wrapped()))) {
            assertThat(bytes(opened)).isEqualTo(bytes(made.plain()));
        }
    }

    @ParameterizedTest
    @CsvSource({"400, ThrottlingException", "500, KMSInternalException"})
    void aServiceThatStaysDownIsSaidSoWhenTheBudgetIsUsedUp(int status, String code) {
        sandbox.rules("{\"fault\": \"error\", \"status\": %d, \"on\": [\"Decrypt\"]}".formatted(status));
        WrappedKey wrapped = WrappedKey.of(key(Wanted.MAIN), CONTEXT, new byte[] {1});

        Problem problem = problem(own().unwrap(wrapped));

        assertThat(problem.error()).isEqualTo(BackupError.KEY_SERVICE_UNREACHABLE);
        assertThat(problem.detail()).contains(code);
        assertThat(sandbox.report().get("requests").get("Decrypt").asInt()).isEqualTo(1 + REPETITIONS);
    }

    @Test
    void aScopeThatForbidsRequestsSendsNone() {
        sandbox.rules("");
        RequestScope over = new RequestScope() {
            @Override
            public void beforeRequest() {
                throw BackupError.LEASE_OVER.problem("w1").asException();
            }

            @Override
            public boolean mayRepeat() {
                return true;
            }

            @Override
            public void answered() {
                throw new AssertionError("nothing was sent");
            }
        };

        assertThat(problem(own().within(over).describe(key(Wanted.MAIN))).error())
                .isEqualTo(BackupError.LEASE_OVER);
        assertThat(sandbox.report().get("requests").isEmpty()).isTrue();
    }

    @Test
    void anInstanceWithoutTheOptionIsRefusedBeforeAnyoneIsAsked() {
        sandbox.rules("");

        assertThat(problem(service(Optional.empty(), 2).describe(key(Wanted.MAIN)))
                        .error())
                .isEqualTo(BackupError.ACCESS_DENIED);
        assertThat(sandbox.report().get("requests").isEmpty()).isTrue();
    }

    @Test
    void aTokenServiceThatIsDownIsNamedRatherThanTheKeyService() {
        sandbox.rules("{\"fault\": \"reset\", \"on\": [\"AssumeRole\"]}");

        assertThat(problem(asRole(24).describe(key(Wanted.MAIN))).error()).isEqualTo(BackupError.STS_UNREACHABLE);
    }
}

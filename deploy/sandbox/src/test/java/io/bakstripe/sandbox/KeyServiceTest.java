package io.bakstripe.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.bakstripe.sandbox.kms.KeyRing.Wanted;
import io.bakstripe.sandbox.sts.TokenService;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsAsyncClient;
import software.amazon.awssdk.services.kms.model.DataKeySpec;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyResponse;
import software.amazon.awssdk.services.kms.model.KeyManagerType;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyState;
import software.amazon.awssdk.services.sts.StsAsyncClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** The sandbox's key service, as the SDK's own client finds it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeyServiceTest {
    private static final Map<String, String> CONTEXT = Map.of("kms_cmk_id", "a key", "set", "7");
    private static final int KEY_SECONDS = 2;

    private ChaosSandbox sandbox;
    private KmsAsyncClient client;

    @BeforeAll
    void start(@TempDir Path directory) {
        sandbox = ChaosSandbox.of(serve(directory));
        client = client(sandbox.server(), own(sandbox.server()));
    }

    private static SandboxServer serve(Path directory) {
        return SandboxServer.start(
                new SandboxOptions(directory, 0, 0, 0, OptionalInt.of(KEY_SECONDS), false, OptionalInt.of(0)),
                new Random(5),
                Duration.ofSeconds(5));
    }

    @AfterAll
    void stop() {
        client.close();
        sandbox.close();
    }

    @AfterEach
    void calmDown() {
        sandbox.end();
    }

    private static AwsCredentials own(SandboxServer server) {
        return AwsBasicCredentials.create(
                server.identity().accessKey(), server.identity().secretKey());
    }

    private static KmsAsyncClient client(SandboxServer server, AwsCredentials keys) {
        return KmsAsyncClient.builder()
                .endpointOverride(URI.create(server.kmsEndpoint()))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(keys))
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    private static <T> T answered(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private static AwsServiceException refusal(CompletableFuture<?> future) {
        Throwable failure = catchThrowable(() -> answered(future));
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AwsServiceException answer) {
                return answer;
            }
        }
        throw new AssertionError("no answer that refuses", failure);
    }

    private static String code(CompletableFuture<?> future) {
        AwsServiceException refusal = refusal(future);
        return refusal.statusCode() + " " + refusal.awsErrorDetails().errorCode();
    }

    private String arn(Wanted key) {
        return sandbox.server().keyArn(key);
    }

    private CompletableFuture<GenerateDataKeyResponse> dataKey(KmsAsyncClient from, String key) {
        return from.generateDataKey(
                request -> request.keyId(key).keySpec(DataKeySpec.AES_256).encryptionContext(CONTEXT));
    }

    private SdkBytes decrypted(SdkBytes sealed, Map<String, String> context) throws Exception {
        return answered(client.decrypt(request -> request.ciphertextBlob(sealed).encryptionContext(context)))
                .plaintext();
    }

    @Test
    void aDataKeyComesBackFromItsWrapWithTheSameContextOnly() throws Exception {
        GenerateDataKeyResponse made = answered(dataKey(client, arn(Wanted.MAIN)));

        assertThat(made.keyId()).isEqualTo(arn(Wanted.MAIN));
        assertThat(made.plaintext().asByteArray()).hasSize(32);
        assertThat(decrypted(made.ciphertextBlob(), CONTEXT)).isEqualTo(made.plaintext());
        assertThat(code(client.decrypt(request ->
                        request.ciphertextBlob(made.ciphertextBlob()).encryptionContext(Map.of("set", "7")))))
                .isEqualTo("400 InvalidCiphertextException");
        assertThat(code(client.decrypt(request -> request.ciphertextBlob(made.ciphertextBlob()))))
                .isEqualTo("400 InvalidCiphertextException");
    }

    @Test
    void aWrapThatWasChangedOpensNever() throws Exception {
        byte[] wrapped =
                answered(dataKey(client, arn(Wanted.MAIN))).ciphertextBlob().asByteArray();
        for (int place : new int[] {0, 5, 20, 40, wrapped.length - 1}) {
            byte[] changed = wrapped.clone();
            changed[place] ^= 1;
            assertThat(code(client.decrypt(request -> request.ciphertextBlob(SdkBytes.fromByteArray(changed))
                            .encryptionContext(CONTEXT))))
                    .as("byte " + place)
                    .isEqualTo("400 InvalidCiphertextException");
        }
    }

    @Test
    void whatIsEncryptedWithOneKeyIsRefusedForAnother() throws Exception {
        SdkBytes text = SdkBytes.fromUtf8String("a data key");
        SdkBytes sealed = answered(client.encrypt(request ->
                        request.keyId(arn(Wanted.SECOND)).plaintext(text).encryptionContext(CONTEXT)))
                .ciphertextBlob();

        assertThat(decrypted(sealed, CONTEXT)).isEqualTo(text);
        assertThat(answered(client.decrypt(request -> request.keyId(arn(Wanted.SECOND))
                                .ciphertextBlob(sealed)
                                .encryptionContext(CONTEXT)))
                        .keyId())
                .isEqualTo(arn(Wanted.SECOND));
        assertThat(code(client.decrypt(request ->
                        request.keyId(arn(Wanted.MAIN)).ciphertextBlob(sealed).encryptionContext(CONTEXT))))
                .isEqualTo("400 IncorrectKeyException");
    }

    @Test
    void keysAreFoundByIdArnAndAlias() throws Exception {
        String arn = arn(Wanted.MAIN);
        String id = arn.substring(arn.indexOf('/') + 1);
        for (String name : new String[] {
            arn, id, "alias/bakstripe-sandbox", "arn:aws:kms:us-east-1:123456789012:alias/bakstripe-sandbox"
        }) {
            assertThat(described(name).arn()).as(name).isEqualTo(arn);
        }
        assertThat(answered(client.listKeys()).keys())
                .anyMatch(key -> key.keyArn().equals(arn));
        assertThat(answered(client.listAliases()).aliases())
                .anyMatch(alias -> alias.aliasName().equals("alias/aws/s3"))
                .noneMatch(alias -> alias.aliasName().equals("alias/bakstripe-elsewhere"));
    }

    private KeyMetadata described(String name) throws Exception {
        return answered(client.describeKey(request -> request.keyId(name))).keyMetadata();
    }

    @Test
    void describesKeysOfEveryKind() throws Exception {
        assertThat(described(arn(Wanted.MAIN)).keySpec()).isEqualTo(KeySpec.SYMMETRIC_DEFAULT);
        assertThat(described(arn(Wanted.MAIN)).keyState()).isEqualTo(KeyState.ENABLED);
        assertThat(described(arn(Wanted.MAIN)).enabled()).isTrue();
        assertThat(described(arn(Wanted.ASYMMETRIC)).keySpec()).isEqualTo(KeySpec.RSA_2048);
        assertThat(described(arn(Wanted.AWS_MANAGED)).keyManager()).isEqualTo(KeyManagerType.AWS);
        assertThat(described(arn(Wanted.DISABLED)).keyState()).isEqualTo(KeyState.DISABLED);
        assertThat(described(arn(Wanted.PENDING_DELETION)).keyState()).isEqualTo(KeyState.PENDING_DELETION);
        assertThat(described(arn(Wanted.PENDING_DELETION)).deletionDate()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "ASYMMETRIC, InvalidKeyUsageException, is not valid for GenerateDataKey",
        "AWS_MANAGED, AccessDeniedException, is not authorized to perform: kms:GenerateDataKey on resource",
        "DISABLED, DisabledException, is disabled",
        "PENDING_DELETION, KMSInvalidStateException, is pending deletion",
        "ELSEWHERE, NotFoundException, Invalid arn eu-west-1"
    })
    void keysThatCannotBeUsedAreRefusedInTheServicesWords(Wanted key, String code, String text) {
        CompletableFuture<GenerateDataKeyResponse> asked = dataKey(client, arn(key));

        assertThat(code(asked)).isEqualTo("400 " + code);
        assertThat(refusal(asked).awsErrorDetails().errorMessage()).contains(text);
    }

    @Test
    void aKeyThatIsNotThereIsUnknown() {
        String absent = arn(Wanted.MAIN).replaceAll("[0-9a-f]{4}$", "0000");

        CompletableFuture<?> asked = client.describeKey(request -> request.keyId(absent));

        assertThat(code(asked)).isEqualTo("400 NotFoundException");
        assertThat(refusal(asked).awsErrorDetails().errorMessage()).isEqualTo("Key '" + absent + "' does not exist");
    }

    @Test
    void whatIsNoCallOfTheServiceIsRefused() {
        assertThat(code(client.generateRandom(request -> request.numberOfBytes(8))))
                .isEqualTo("400 UnknownOperationException");
        assertThat(code(client.generateDataKey(request -> request.keyId(arn(Wanted.MAIN)))))
                .isEqualTo("400 ValidationException");
        assertThat(code(client.generateDataKey(
                        request -> request.keyId(arn(Wanted.MAIN)).numberOfBytes(1025))))
                .isEqualTo("400 ValidationException");
        assertThat(code(client.encrypt(
                        request -> request.keyId(arn(Wanted.MAIN)).plaintext(SdkBytes.fromByteArray(new byte[4097])))))
                .isEqualTo("400 ValidationException");
        assertThat(code(client.decrypt(request -> request.ciphertextBlob(SdkBytes.fromUtf8String("none")))))
                .isEqualTo("400 InvalidCiphertextException");
    }

    @Test
    void aKeyCanBeDisabledAndEnabled() throws Exception {
        String key = arn(Wanted.SECOND);
        answered(client.disableKey(request -> request.keyId(key)));
        assertThat(code(dataKey(client, key))).isEqualTo("400 DisabledException");

        answered(client.enableKey(request -> request.keyId(key)));
        assertThat(answered(dataKey(client, key)).keyId()).isEqualTo(key);
        assertThat(code(client.enableKey(request -> request.keyId(arn(Wanted.PENDING_DELETION)))))
                .isEqualTo("400 KMSInvalidStateException");
    }

    @Test
    void onlyWhoSignsWithKnownKeysIsAnswered() {
        assertThat(asked(AwsBasicCredentials.create("SOMEBODY", "else"))).isEqualTo("400 UnrecognizedClientException");
        assertThat(asked(AwsBasicCredentials.create(sandbox.server().identity().accessKey(), "another secret")))
                .isEqualTo("400 InvalidSignatureException");
        assertThat(asked(AwsSessionCredentials.create("ASIAMADEUP", "secret", "token")))
                .isEqualTo("400 UnrecognizedClientException");
    }

    private String asked(AwsCredentials keys) {
        try (KmsAsyncClient other = client(sandbox.server(), keys)) {
            return code(dataKey(other, arn(Wanted.MAIN)));
        }
    }

    @Test
    void keysOfTheRoleAreGoodUntilTheyExpire() throws Exception {
        Credentials given = assume();
        AwsCredentials keys =
                AwsSessionCredentials.create(given.accessKeyId(), given.secretAccessKey(), given.sessionToken());
        try (KmsAsyncClient role = client(sandbox.server(), keys)) {
            assertThat(answered(dataKey(role, arn(Wanted.MAIN))).keyId()).isEqualTo(arn(Wanted.MAIN));
            assertThat(asked(AwsSessionCredentials.create(given.accessKeyId(), given.secretAccessKey(), "another")))
                    .isEqualTo("400 UnrecognizedClientException");

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> dataKey(role, arn(Wanted.MAIN))
                            .handle((answer, failure) -> failure != null)
                            .get(20, TimeUnit.SECONDS));
            assertThat(code(dataKey(role, arn(Wanted.MAIN)))).isEqualTo("400 ExpiredTokenException");
        }
    }

    private Credentials assume() throws Exception {
        try (StsAsyncClient sts = StsAsyncClient.builder()
                .endpointOverride(URI.create(sandbox.server().stsEndpoint()))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(own(sandbox.server())))
                .build()) {
            return answered(sts.assumeRole(
                            request -> request.roleArn(TokenService.ROLE).roleSessionName("key-test")))
                    .credentials();
        }
    }

    @Test
    void aPolicyThatDeniesIsToldWithUserActionAndKey() throws Exception {
        SdkBytes sealed = answered(dataKey(client, arn(Wanted.MAIN))).ciphertextBlob();
        sandbox.control("PUT", "{\"policy\": \"documented\", \"deny\": [\"kms:Decrypt\"]}");

        CompletableFuture<?> denied =
                client.decrypt(request -> request.ciphertextBlob(sealed).encryptionContext(CONTEXT));

        assertThat(code(denied)).isEqualTo("400 AccessDeniedException");
        assertThat(refusal(denied).awsErrorDetails().errorMessage())
                .startsWith("User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: kms:Decrypt on"
                        + " resource: " + arn(Wanted.MAIN));
        assertThat(answered(dataKey(client, arn(Wanted.MAIN))).keyId()).isEqualTo(arn(Wanted.MAIN));
        assertThat(code(client.disableKey(request -> request.keyId(arn(Wanted.SECOND)))))
                .isEqualTo("400 AccessDeniedException");
        assertThat(sandbox.report().get("denied").get("Decrypt").asInt()).isEqualTo(1);
    }

    @Test
    void scriptsStrikeTheKeyService() throws Exception {
        Function<String, String> struck = rule -> {
            sandbox.rules(rule);
            return code(dataKey(client, arn(Wanted.MAIN)));
        };
        assertThat(struck.apply("{\"fault\": \"error\", \"status\": 400, \"on\": [\"GenerateDataKey\"]}"))
                .isEqualTo("400 ThrottlingException");
        assertThat(struck.apply("{\"fault\": \"error\", \"status\": 500, \"on\": [\"GenerateDataKey\"]}"))
                .isEqualTo("500 KMSInternalException");
        assertThat(
                        struck.apply(
                                "{\"fault\": \"error\", \"status\": 400, \"code\": \"DisabledException\", \"on\": [\"GenerateDataKey\"]}"))
                .isEqualTo("400 DisabledException");
        sandbox.rules("{\"fault\": \"reset\", \"on\": [\"Decrypt\"]}");
        assertThat(answered(dataKey(client, arn(Wanted.MAIN))).keyId()).isEqualTo(arn(Wanted.MAIN));
        assertThat(client.decrypt(request -> request.ciphertextBlob(SdkBytes.fromUtf8String("any"))))
                .failsWithin(Duration.ofSeconds(20));
    }

    @Test
    void whatWasWrappedOpensAfterARestart(@TempDir Path directory) throws Exception {
        GenerateDataKeyResponse made;
        String disabled;
        try (SandboxServer first = serve(directory);
                KmsAsyncClient before = client(first, own(first))) {
            made = answered(dataKey(before, first.keyArn(Wanted.MAIN)));
            disabled = first.keyArn(Wanted.SECOND);
            answered(before.disableKey(request -> request.keyId(disabled)));
        }
        try (SandboxServer second = serve(directory);
                KmsAsyncClient after = client(second, own(second))) {
            assertThat(answered(after.decrypt(request -> request.ciphertextBlob(made.ciphertextBlob())
                                    .encryptionContext(CONTEXT)))
                            .plaintext())
                    .isEqualTo(made.plaintext());
            assertThat(code(dataKey(after, disabled))).isEqualTo("400 DisabledException");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("sandbox-kms.json"))))
                .isEqualTo("rw-------");
    }
}

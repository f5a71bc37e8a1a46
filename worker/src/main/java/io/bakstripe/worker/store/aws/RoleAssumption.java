package io.bakstripe.worker.store.aws;

import io.bakstripe.protocol.error.BackupError;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sts.StsAsyncClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** Asks the token service (STS) for the keys of roles, once each time: who needs the keys decides on repetitions. Thread-safe. */
final class RoleAssumption implements AutoCloseable {
    private static final int CONNECTIONS = 16;

    /** Refusals that are about the credentials of this node, before any role is looked at. */
    private static final Set<String> OF_CALLER = Set.of(
            "InvalidClientTokenId",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
            "MissingAuthenticationToken",
            "ExpiredToken",
            "ExpiredTokenException");

    private final StsAsyncClient client;
    private final StsSettings settings;
    private final InstantSource clock;

    private RoleAssumption(StsAsyncClient client, StsSettings settings, InstantSource clock) {
        this.client = client;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Opens a client; nothing is sent before the first call.
     *
     * @param caller the credentials that assume the roles
     * @param executor runs what follows an answer
     */
    static RoleAssumption open(
            StsSettings settings, AwsCredentialsProvider caller, Executor executor, InstantSource clock) {
        AwsClients.Reach reach = new AwsClients.Reach(
                settings.endpoint(),
                settings.region(),
                settings.connectTimeout(),
                settings.apiCallTimeout(),
                CONNECTIONS);
        return new RoleAssumption(AwsClients.open(StsAsyncClient.builder(), reach, caller, executor), settings, clock);
    }

    /**
     * New keys of a role. Fails with {@link NothingDone.NoKeys} when the service does not answer, and with {@code ACCESS_DENIED} when it refuses.
     *
     * @param sessionName tells whoever reads the store's log whose requests they were
     */
    CompletionStage<Keys> assume(String roleArn, String sessionName) {
        return client.assumeRole(request -> request.roleArn(roleArn)
                        .roleSessionName(sessionName)
                        .durationSeconds(Math.toIntExact(settings.duration().toSeconds())))
                .handle((answer, failure) -> {
                    if (failure != null) {
                        throw new CompletionException(translate(roleArn, failure));
                    }
                    Credentials given = answer.credentials();
                    return new Keys(
                            AwsSessionCredentials.create(
                                    given.accessKeyId(), given.secretAccessKey(), given.sessionToken()),
                            clock.instant(),
                            given.expiration());
                });
    }

    private static RuntimeException translate(String roleArn, Throwable failure) {
        if (AwsFailures.isTransient(failure)) {
            return new NothingDone.NoKeys(
                    BackupError.STS_UNREACHABLE.problem(roleArn, AwsFailures.said(failure)),
                    AwsFailures.wishedPause(failure));
        }
        String hint = AwsFailures.answer(failure)
                .map(answer ->
                        OF_CALLER.contains(AwsFailures.code(answer)) ? caller(roleArn, answer) : role(roleArn, answer))
                .orElseGet(() -> noAnswer(roleArn, failure));
        // Without its cause, which would pass for the store's answer.
        return BackupError.ACCESS_DENIED.problem(hint).asException();
    }

    private static String caller(String roleArn, AwsServiceException answer) {
        return "Role %s could not be assumed: the token service does not accept the credentials of this node; check access-key and secret-key. It said: %s"
                .formatted(roleArn, AwsFailures.text(answer));
    }

    private static String role(String roleArn, AwsServiceException answer) {
        return "Role %s could not be assumed: check its ARN in the instance's option; its trust policy must allow sts:AssumeRole to the credentials of this node. The token service said: %s"
                .formatted(roleArn, AwsFailures.text(answer));
    }

    private static String noAnswer(String roleArn, Throwable failure) {
        return "Role %s could not be assumed with the credentials of this node: %s"
                .formatted(roleArn, AwsFailures.said(failure));
    }

    @Override
    public void close() {
        client.close();
    }
}

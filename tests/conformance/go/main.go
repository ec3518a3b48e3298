// aws-sdk-go-v2 (Debian's) against Levada: one line of JSON for each test, as the scripts in js/ write.
// Built with GOPATH=/usr/share/gocode and modules off. Usage: conformance ENDPOINT
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

var client *kinesis.Client

const shard0 = "shardId-000000000000"

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func expect(truth bool, what string, values ...any) {
	if !truth {
		panic(fmt.Sprintf(what, values...))
	}
}

func stream(ctx context.Context, name string, shards int32) *string {
	_, err := client.CreateStream(ctx, &kinesis.CreateStreamInput{StreamName: &name, ShardCount: &shards})
	check(err)
	active(ctx, name)
	return &name
}

func active(ctx context.Context, name string) *types.StreamDescriptionSummary {
	for {
		answer, err := client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: &name})
		check(err)
		if answer.StreamDescriptionSummary.StreamStatus == types.StreamStatusActive {
			return answer.StreamDescriptionSummary
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func putAndGet(ctx context.Context) {
	name := stream(ctx, "go-records", 1)
	put, err := client.PutRecord(ctx, &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("a"), Data: []byte{0, 1, 255}})
	check(err)
	many, err := client.PutRecords(ctx, &kinesis.PutRecordsInput{StreamName: name, Records: []types.PutRecordsRequestEntry{
		{PartitionKey: aws.String("b"), Data: []byte("one")}, {PartitionKey: aws.String("c"), Data: []byte("two")}}})
	check(err)
	expect(*many.FailedRecordCount == 0, "failed: %d", *many.FailedRecordCount)
	at, err := client.GetShardIterator(ctx, &kinesis.GetShardIteratorInput{StreamName: name, ShardId: aws.String(shard0),
		ShardIteratorType: types.ShardIteratorTypeTrimHorizon})
	check(err)
	got, err := client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: at.ShardIterator})
	check(err)
	expect(len(got.Records) == 3, "%d records", len(got.Records))
	expect(*got.Records[0].SequenceNumber == *put.SequenceNumber, "another sequence number")
	expect(string(got.Records[0].Data) == "\x00\x01\xff", "other data")
}

func errorsHaveTheirTypes(ctx context.Context) {
	_, err := client.DescribeStream(ctx, &kinesis.DescribeStreamInput{StreamName: aws.String("nowhere")})
	var missing *types.ResourceNotFoundException
	expect(errors.As(err, &missing), "%v", err)
	expect(*missing.Message == "Stream nowhere under account 000000000000 not found.", "%s", *missing.Message)
	name := stream(ctx, "go-errors", 1)
	_, err = client.MergeShards(ctx, &kinesis.MergeShardsInput{StreamName: name, ShardToMerge: aws.String(shard0),
		AdjacentShardToMerge: aws.String(shard0)})
	var wrong *types.InvalidArgumentException
	expect(errors.As(err, &wrong), "%v", err)
}

func reshardAndReadToTheEnd(ctx context.Context) {
	name := stream(ctx, "go-reshard", 1)
	_, err := client.UpdateShardCount(ctx, &kinesis.UpdateShardCountInput{StreamName: name, TargetShardCount: aws.Int32(2),
		ScalingType: types.ScalingTypeUniformScaling})
	check(err)
	active(ctx, *name)
	at, err := client.GetShardIterator(ctx, &kinesis.GetShardIteratorInput{StreamName: name, ShardId: aws.String(shard0),
		ShardIteratorType: types.ShardIteratorTypeTrimHorizon})
	check(err)
	got, err := client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: at.ShardIterator})
	check(err)
	expect(got.NextShardIterator == nil && len(got.ChildShards) == 2, "%v %v", got.NextShardIterator, got.ChildShards)
	expect(got.ChildShards[0].ParentShards[0] == shard0, "parents %v", got.ChildShards[0].ParentShards)
}

func consumer(ctx context.Context, streamARN *string) *string {
	made, err := client.RegisterStreamConsumer(ctx, &kinesis.RegisterStreamConsumerInput{StreamARN: streamARN, ConsumerName: aws.String("go")})
	check(err)
	for {
		now, err := client.DescribeStreamConsumer(ctx, &kinesis.DescribeStreamConsumerInput{ConsumerARN: made.Consumer.ConsumerARN})
		check(err)
		if now.ConsumerDescription.ConsumerStatus == types.ConsumerStatusActive {
			return made.Consumer.ConsumerARN
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func subscribeToShardLive(ctx context.Context) {
	name := stream(ctx, "go-pushed", 1)
	arn := consumer(ctx, active(ctx, *name).StreamARN)
	out, err := client.SubscribeToShard(ctx, &kinesis.SubscribeToShardInput{ConsumerARN: arn, ShardId: aws.String(shard0),
		StartingPosition: &types.StartingPosition{Type: types.ShardIteratorTypeLatest}})
	check(err)
	defer out.GetStream().Close()
	put := make(chan error, 1)
	go func() {
		time.Sleep(200 * time.Millisecond)
		_, err := client.PutRecord(ctx, &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("a"), Data: []byte("pushed")})
		put <- err
	}()
	for event := range out.GetStream().Events() {
		pushed := event.(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent).Value
		expect(pushed.ContinuationSequenceNumber != nil, "no continuation")
		if len(pushed.Records) == 0 {
			continue
		}
		expect(string(pushed.Records[0].Data) == "pushed", "%q", pushed.Records[0].Data)
		check(<-put) // the push may come before the answer
		return
	}
	panic(fmt.Sprintf("the stream ended: %v", out.GetStream().Err()))
}

func subscriptionEndsWithTheShard(ctx context.Context) {
	name := stream(ctx, "go-shard-end", 1)
	arn := consumer(ctx, active(ctx, *name).StreamARN)
	out, err := client.SubscribeToShard(ctx, &kinesis.SubscribeToShardInput{ConsumerARN: arn, ShardId: aws.String(shard0),
		StartingPosition: &types.StartingPosition{Type: types.ShardIteratorTypeTrimHorizon}})
	check(err)
	defer out.GetStream().Close()
	_, err = client.SplitShard(ctx, &kinesis.SplitShardInput{StreamName: name, ShardToSplit: aws.String(shard0),
		NewStartingHashKey: aws.String("170141183460469231731687303715884105728")})
	check(err)
	children := 0
	for event := range out.GetStream().Events() {
		children = len(event.(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent).Value.ChildShards)
	}
	check(out.GetStream().Err())
	expect(children == 2, "%d children in the last event", children)
}

func tagsAndPaging(ctx context.Context) {
	name := stream(ctx, "go-paging", 5)
	_, err := client.AddTagsToStream(ctx, &kinesis.AddTagsToStreamInput{StreamName: name, Tags: map[string]string{"a": "1"}})
	check(err)
	tags, err := client.ListTagsForStream(ctx, &kinesis.ListTagsForStreamInput{StreamName: name})
	check(err)
	expect(len(tags.Tags) == 1 && *tags.Tags[0].Value == "1", "%v", tags.Tags)
	shards := 0
	input := &kinesis.ListShardsInput{StreamName: name, MaxResults: aws.Int32(2)}
	for {
		page, err := client.ListShards(ctx, input)
		check(err)
		shards += len(page.Shards)
		if page.NextToken == nil {
			break
		}
		input = &kinesis.ListShardsInput{NextToken: page.NextToken, MaxResults: aws.Int32(2)}
	}
	expect(shards == 5, "%d shards", shards)
}

func run(name string, test func(context.Context)) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	line := map[string]any{"name": name, "ok": true}
	func() {
		defer func() {
			if problem := recover(); problem != nil {
				line["ok"], line["error"] = false, fmt.Sprint(problem)
			}
		}()
		test(ctx)
	}()
	text, _ := json.Marshal(line)
	fmt.Println(string(text))
}

func main() {
	endpoint := os.Args[1]
	client = kinesis.New(kinesis.Options{
		Region:           "us-east-1",
		Credentials:      credentials.NewStaticCredentialsProvider("LEVADACONFORMANCE", "conformance-secret", ""),
		EndpointResolver: kinesis.EndpointResolverFromURL(endpoint),
	})
	run("put and get", putAndGet)
	run("errors have their types", errorsHaveTheirTypes)
	run("reshard and read to the end", reshardAndReadToTheEnd)
	run("subscribe to shard, live", subscribeToShardLive)
	run("a subscription ends with the shard", subscriptionEndsWithTheShard)
	run("tags and paging", tagsAndPaging)
}

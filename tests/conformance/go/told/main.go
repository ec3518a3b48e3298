// aws-sdk-go-v2 (Debian's) as it is told: {"operation", "input"} a line, an answer a line; first the names that it knows.
// Usage: told ENDPOINT ACCOUNT
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/aws/smithy-go"
)

type question struct {
	Operation string
	Input     json.RawMessage
}

func say(value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(append(text, '\n'))
}

func drain(out *kinesis.SubscribeToShardOutput) {
	defer out.GetStream().Close()
	records, children := 0, 0
	for event := range out.GetStream().Events() {
		pushed := event.(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent).Value
		records += len(pushed.Records)
		children = len(pushed.ChildShards)
	}
	if err := out.GetStream().Err(); err != nil {
		say(map[string]any{"error": err.Error()})
		return
	}
	say(map[string]any{"records": records, "children": children})
}

// The members that came; an output's metadata is none.
func members(output reflect.Value) map[string]any {
	result := map[string]any{}
	for n := 0; n < output.NumField(); n++ {
		name, field := output.Type().Field(n).Name, output.Field(n)
		switch field.Kind() {
		case reflect.Ptr, reflect.Slice, reflect.Map:
			if !field.IsNil() {
				result[name] = field.Interface()
			}
		case reflect.String:
			if field.Len() > 0 {
				result[name] = field.Interface()
			}
		}
	}
	return result
}

func main() {
	client := kinesis.New(kinesis.Options{
		Region:           "us-east-1",
		Credentials:      credentials.NewStaticCredentialsProvider(os.Args[2], "secret", ""),
		EndpointResolver: kinesis.EndpointResolverFromURL(os.Args[1]),
	})
	value, names := reflect.ValueOf(client), []string{}
	for n := 0; n < value.NumMethod(); n++ {
		names = append(names, value.Type().Method(n).Name)
	}
	say(names)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		method := value.MethodByName(asked.Operation)
		input := reflect.New(method.Type().In(1).Elem())
		if err := json.Unmarshal(asked.Input, input.Interface()); err != nil {
			panic(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		got := method.Call([]reflect.Value{reflect.ValueOf(ctx), input})
		if err, failed := got[1].Interface().(error); failed && err != nil {
			var refused smithy.APIError
			name := err.Error()
			if errors.As(err, &refused) {
				name = refused.ErrorCode()
			}
			say(map[string]any{"error": name})
		} else if subscription, ok := got[0].Interface().(*kinesis.SubscribeToShardOutput); ok {
			drain(subscription)
		} else {
			say(map[string]any{"output": members(got[0].Elem())})
		}
		cancel()
	}
}

// There are no tests.
console.log('nothing to do');
